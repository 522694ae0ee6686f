"""The loader refuses what the engine would swallow; each known hazard of the engine is shown, then shown refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import casbin
import pytest

from support.policy_story import POLICIES
from volet_service.adapters.policy.build import build
from volet_service.adapters.policy.loader import FILES, load
from volet_service.bootstrap import policy as policy_commands
from volet_service.domain.policy_codes import PolicyError

MODEL = (POLICIES / "model.conf").read_text("utf-8")
TEAM = "team-same,allow,standing,read,-,-,-,-,team,within,same,R14;R25;R16,,no,CSP L1110-4 III al. 1,"
OPPOSE = "oppose,deny,shield,-,*,-,-,-,opposed,-,-,R23,,no,CSP L1110-4 IV,"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in FILES:
        shutil.copy(POLICIES / name, tmp_path / name)
    return tmp_path


def change(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text("utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new, 1), "utf-8")


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (TEAM, TEAM.replace(",allow,", ",alow,"), "unknown effect 'alow'"),
        (OPPOSE, OPPOSE.replace(",deny,", ",Deny,"), "unknown effect 'Deny'"),
        (TEAM, TEAM.replace(",read,", ",raed,"), "action"),
        (TEAM, TEAM.replace(",standing,", ",standin,"), "unknown table"),
        (TEAM, TEAM.replace(",team,", ",taem,"), "relation"),
        (TEAM, TEAM.replace(",within,", ",withn,"), "reach"),
        (TEAM, TEAM.replace(",same,", ",smae,"), "cover"),
        (TEAM, TEAM.replace("read,-,-", "read,H1,-"), "no column row"),
        (TEAM, TEAM.replace(",team,", ",team ,"), "blank around a cell"),
        (TEAM, TEAM.replace(",team,", ",team|team,"), "repeated relation"),
        (TEAM, TEAM.replace("R14;R25", "R14;R99"), "rule"),
        (TEAM, TEAM.replace("R14;R25", ""), "rule"),
        (TEAM, TEAM.replace("R16,,", "R16,tell_everybody,"), "obligation"),
        (TEAM, TEAM.replace("CSP L1110-4 III al. 1", ""), "article or sentence missing"),
        (TEAM, TEAM.replace(",no,", ",maybe,"), "hidden is yes or no"),
        (TEAM, TEAM.replace("team-same,", "oppose,"), "used twice"),
        (TEAM, TEAM.replace("team-same,", "Team Same,"), "malformed"),
        (TEAM, TEAM.replace("team-same,", "team-same,extra,"), "columns"),
        (TEAM, "short,allow,standing\n" + TEAM, "3 columns"),
        (TEAM, "\n" + TEAM, "0 columns"),
        (TEAM, "  " + TEAM, "blank at the start"),
        (TEAM, TEAM.replace(",read,", ',"re"ad,'), "a quote"),
        ("id,effect,table", "id,eft,table", "head"),
        ("never-mdph,deny,shield,-,M1,", "never-mdph,deny,shield,-,M9,", "row"),
        ("emergency-medical,allow,emergency,-,-,medical|", "emergency-medical,allow,emergency,-,-,medcal|",
         "compartment"),
    ],
)  # fmt: skip
def test_a_line_the_engine_would_swallow_is_refused_with_its_place(folder: Path, old: str, new: str, why: str) -> None:
    change(folder, "policy.csv", old, new)
    with pytest.raises(PolicyError, match=why) as caught:
        load(folder)
    assert str(caught.value).startswith("policy.csv:")


def test_an_empty_policy_does_not_start(folder: Path) -> None:
    (folder / "policy.csv").write_text((folder / "policy.csv").read_text("utf-8").split("\n")[0] + "\n", "utf-8")
    with pytest.raises(PolicyError, match="empty policy"):
        load(folder)


def test_a_line_that_no_question_meets_is_refused(folder: Path) -> None:
    dead = TEAM.replace("team-same", "team-dead").replace(",within,", ",domain,") + "No team has a domain\n"
    change(folder, "policy.csv", TEAM, dead + TEAM)
    change(folder, "phrases.csv", "team-same,", "team-dead,Personne\nteam-same,")
    with pytest.raises(PolicyError, match="no question ever meets team-dead"):
        build(load(folder))


def test_a_question_that_no_line_answers_is_refused(folder: Path) -> None:
    change(folder, "policy.csv", "never-mdph,deny,shield,-,M1,", "never-mdph,deny,shield,-,M2,")
    with pytest.raises(PolicyError, match="no line answers shield/never/M1"):
        build(load(folder))


@pytest.mark.parametrize(
    ("name", "old", "new", "why"),
    [
        ("matrix.csv", "H1,Médecin,Doctor,1°,1,yes,2w", "H1,Médecin,Doctor,1°,1,yes,3w", "unknown code in identity"),
        ("matrix.csv", "H1,Médecin,Doctor,1°,1,yes", "H1,Médecin,Doctor,1°,3,yes", "category"),
        ("matrix.csv", "H1,Médecin,Doctor,1°,1,yes", "H1,Médecin,Doctor,1°,1,oui", "account"),
        ("matrix.csv", "H1p,", "H1,", "unknown or repeated row"),
        ("matrix.csv", "H1p,", "H9,", "unknown or repeated row"),
        ("facts.csv", "consent-withdrawal,narrows", "consent-withdrawal,widens", "differs"),
        ("facts.csv", "person,widens,opener|referent", "person,widens,opener|referent|member", "differs"),
        ("facts.csv", "emergency,widens,caller", "emergency,widens,anybody", "unknown effect or signer"),
        ("acts.csv", "open_mdph_case,-,-,M1|M2", "open_mdph_case,-,-,M1|M2|S11", "differs"),
        ("acts.csv", "open_mdph_case,-,-,M1|M2", "open_mdph_case,-,-,M2|M1", "out of order"),
        ("phrases.csv", "team-same,", "team-sam,", "a phrase for each line"),
        ("phrases.csv", "oppose,L'opposition de la personne arrête l'échange et le partage", "oppose,", "a phrase"),
        (
            "acts.csv",
            "add_member,participation,opener|person|referent",
            "add_member,participation,opener|referent",
            "differs",
        ),
        ("acts.csv", "open_mdph_case,-,-,M1|M2", "open_mdph_case,-,-,M1|M9", "row"),
        ("vocabularies.json", '"opposed"', '"oposed"', "policy.csv"),
        ("vocabularies.json", '"table": "cell"', '"table": "cel"', "unknown table"),
        ("vocabularies.json", '"v": 1,', '"v": 2,', "v 1"),
        ("vocabularies.json", '"v": 1,', '"v": 1,,', "vocabularies.json:2"),
        ("model.conf", "&& (p.relation", "|| (p.relation", "every branch"),
        ("model.conf", "r.tbl == p.tbl && ", "r.tbl == p.tbl and ", "rewritten"),
        ("model.conf", " && !some(where (p.eft == deny))", "", "explicit deny"),
    ],
)
def test_another_damaged_file_is_refused(folder: Path, name: str, old: str, new: str, why: str) -> None:
    change(folder, name, old, new)
    with pytest.raises(PolicyError, match=why):
        load(folder)


@pytest.mark.parametrize("name", FILES)
def test_a_file_with_other_line_ends_or_not_there_is_refused(folder: Path, name: str) -> None:
    path = folder / name
    text = path.read_text("utf-8")
    path.write_bytes(text.replace("\n", "\r\n").encode())
    with pytest.raises(PolicyError, match="LF"):
        load(folder)
    path.unlink()
    with pytest.raises(PolicyError, match="cannot be read"):
        load(folder)


def test_the_command_builds_elsewhere_and_refuses_in_one_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert policy_commands.main(["build", "--folder", str(folder)]) == 0
    assert (folder / "table.json").read_bytes() == (POLICIES / "table.json").read_bytes()
    change(folder, "policy.csv", OPPOSE, OPPOSE.replace(",deny,", ",dny,"))
    assert policy_commands.main(["build", "--folder", str(folder)]) == 2
    assert "unknown effect 'dny'" in capsys.readouterr().err


# -- the hazards themselves, so that a new version of the engine that behaves otherwise is noticed ---------------------

QUESTION = ("shield", "-", "H1", "-", "-", "-", "opposed", "-", "-")


def _enforcer(*lines: tuple[str, ...], model: str = MODEL) -> casbin.Enforcer:
    enforcer = casbin.Enforcer(casbin.Enforcer.new_model(text=model))
    for line in lines:
        enforcer.add_policy(*line)
    return enforcer


ALLOW = ("a", "allow", "shield", "*", "*", "*", "*", "*", "*", "*", "*")


def test_hazard_an_unknown_effect_loses_the_deny() -> None:
    deny = ("d", "deny", *ALLOW[2:])
    assert not _enforcer(ALLOW, deny).enforce(*QUESTION)
    assert _enforcer(ALLOW, ("d", "dny", *ALLOW[2:])).enforce(*QUESTION)


def test_hazard_a_short_line_raises_at_every_question() -> None:
    with pytest.raises(Exception, match="invalid policy size"):
        _enforcer(("a", "allow", "shield")).enforce(*QUESTION)


def test_hazard_an_empty_policy_grants_through_a_branch_without_policy() -> None:
    loose = MODEL.replace("m = ", 'm = r.action == "-" || ')
    model = loose.replace("some(where (p.eft == allow)) && !some", "!some")
    assert _enforcer(model=model).enforce(*QUESTION)
    assert not _enforcer().enforce(*QUESTION)


def test_hazard_the_words_and_or_are_no_operators_to_trust() -> None:
    # Whatever the engine makes of them inside strings, no code of ours holds one.
    for name in ("policy.csv", "vocabularies.json"):
        text = (POLICIES / name).read_text("utf-8")
        codes = {code for line in text.splitlines() for code in line.split(",")[:11]} if name.endswith("csv") else set()
        assert not codes & {"and", "or", "not"}


def test_hazard_a_trailing_blank_is_part_of_a_code() -> None:
    blank = tuple("opposed " if position == 8 else code for position, code in enumerate(ALLOW))
    assert not _enforcer(blank).enforce(*QUESTION)


def test_hazard_a_default_deny_names_no_line() -> None:
    allowed, why = _enforcer().enforce_ex(*QUESTION)
    assert not allowed
    assert why == []
