"""National identifiers: what is no number, what was copied wrong, and what only tests may hold."""

from __future__ import annotations

import pytest

from volet_protocol.national_ids import (
    Flaw,
    check_adeli,
    check_finess,
    check_ins,
    check_rpps,
    check_siret,
    ins_key,
    luhn_key,
    luhn_sum,
)

NIR, NIA, TEST_NIR, DEMO_NIR = (f"1.2.250.1.213.1.4.{kind}" for kind in (8, 9, 10, 11))


def with_key(digits: str) -> str:
    return digits + luhn_key(digits)


class TestRpps:
    def test_eleven_digits_with_their_key_pass(self) -> None:
        assert check_rpps(with_key("1000123456")) is None

    @pytest.mark.parametrize(
        "number", ["", "1000123456", "100012345678", "1000123456A", "١٢٣٤٥٦٧٨٩٠١", "10001234567\n"]
    )
    def test_anything_but_eleven_digits_is_refused(self, number: str) -> None:
        assert check_rpps(number) is Flaw.FORM

    def test_one_wrong_digit_is_refused(self) -> None:
        number = with_key("1000123456")
        for at in range(11):
            wrong = number[:at] + str((int(number[at]) + 1) % 10) + number[at + 1 :]
            assert check_rpps(wrong) is Flaw.KEY

    def test_two_neighbours_exchanged_are_refused(self) -> None:
        number = with_key("1000123456")
        assert check_rpps(number[:8] + number[9] + number[8] + number[10]) is Flaw.KEY

    def test_the_range_of_tests_is_refused_in_production_alone(self) -> None:
        assert check_rpps(with_key("9970000000")) is Flaw.TEST
        assert check_rpps(with_key("9970000000"), test=True) is None

    def test_a_published_sample_with_a_wrong_key_passes_among_test_data(self) -> None:
        assert check_rpps("99700000001", test=True) is None
        assert check_rpps("9970000000", test=True) is Flaw.FORM


class TestAdeli:
    @pytest.mark.parametrize("number", ["381234567", "2A1234567", "2B1234567"])
    def test_a_departement_and_seven_digits_pass(self, number: str) -> None:
        assert check_adeli(number) is None

    @pytest.mark.parametrize("number", ["38123456", "3812345678", "2C1234567", "A21234567", "2a1234567"])
    def test_anything_else_is_refused(self, number: str) -> None:
        assert check_adeli(number) is Flaw.FORM

    def test_the_range_of_tests_is_refused_in_production_alone(self) -> None:
        assert check_adeli("991234567") is Flaw.TEST
        assert check_adeli("991234567", test=True) is None


class TestFiness:
    @pytest.mark.parametrize("number", ["750712184", "130786049", "2A0000014", "2B0000020"])
    def test_numbers_of_hospitals_pass_those_of_corsica_too(self, number: str) -> None:
        assert check_finess(number) is None

    @pytest.mark.parametrize("number", ["750712185", "2A0000015", "2B0000014", "2A0000020"])
    def test_a_wrong_key_is_refused(self, number: str) -> None:
        assert check_finess(number) is Flaw.KEY

    @pytest.mark.parametrize("number", ["75071218", "2C0000014", "75071218A"])
    def test_another_form_is_refused(self, number: str) -> None:
        assert check_finess(number) is Flaw.FORM

    def test_the_range_of_tests_is_refused_in_production_alone(self) -> None:
        assert check_finess(with_key("99000001")) is Flaw.TEST
        assert check_finess(with_key("99000001"), test=True) is None


class TestSiret:
    def test_fourteen_digits_with_their_key_pass(self) -> None:
        assert check_siret(with_key("7328293200007")) is None

    def test_a_wrong_key_is_refused(self) -> None:
        number = with_key("7328293200007")
        assert check_siret(number[:-1] + str((int(number[-1]) + 1) % 10)) is Flaw.KEY

    def test_an_establishment_of_la_poste_passes_by_the_sum_of_its_digits(self) -> None:
        number = "35600000049837"
        assert sum(map(int, number)) % 5 == 0
        assert luhn_sum(number)
        assert check_siret(number) is None

    def test_la_poste_with_neither_sum_nor_key_is_refused(self) -> None:
        assert check_siret("35600000049838") is Flaw.KEY

    def test_the_sum_of_la_poste_helps_nobody_else(self) -> None:
        assert check_siret("35600001049836") is Flaw.KEY

    @pytest.mark.parametrize("number", ["", "7328293200007", "732829320000745", "7328293200007A"])
    def test_another_form_is_refused(self, number: str) -> None:
        assert check_siret(number) is Flaw.FORM

    def test_the_range_of_tests_is_refused_in_production_alone(self) -> None:
        assert check_siret(with_key("0000012340001")) is Flaw.TEST
        assert check_siret(with_key("0000012340001"), test=True) is None


class TestIns:
    @pytest.mark.parametrize(
        ("matricule", "key"),
        [("255082A004123", "69"), ("168012B033056", "49"), ("1850578006084", "91"), ("7940199352007", "56")],
    )
    def test_the_key_of_a_matricule_corsica_and_nia_included(self, matricule: str, key: str) -> None:
        assert ins_key(matricule) == key
        assert check_ins(matricule + key, NIR) is None

    def test_another_key_is_refused(self) -> None:
        assert check_ins("255082A00412370", NIR) is Flaw.KEY

    def test_one_departement_of_corsica_is_not_the_other(self) -> None:
        assert check_ins("255082B00412369", NIR) is Flaw.KEY

    @pytest.mark.parametrize("matricule", ["255082A0041236", "955082A00412369", "255132A00412369", "255082C00412369"])
    def test_another_form_is_refused(self, matricule: str) -> None:
        assert check_ins(matricule, NIR) is Flaw.FORM

    def test_an_unknown_kind_is_refused(self) -> None:
        assert check_ins("255082A00412369", "1.2.3") is Flaw.FORM

    @pytest.mark.parametrize("oid", [TEST_NIR, DEMO_NIR])
    def test_matricules_of_test_and_demonstration_are_refused_in_production(self, oid: str) -> None:
        assert check_ins("255082A00412369", oid) is Flaw.TEST
        assert check_ins("255082A00412369", oid, test=True) is None
