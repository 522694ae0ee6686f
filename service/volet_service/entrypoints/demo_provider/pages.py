"""The provider's three screens, in French: choose who you are; why nobody can be chosen; that you logged out.

No script, no third party: a page that a text browser shows as well.
"""

from __future__ import annotations

from html import escape

from volet_service.entrypoints.demo_provider.accounts import Account

_HEADINGS = {"professional": "Professionnels", "person": "Personnes accompagnées", "auditor": "Contrôle"}
_PAGE = """<!doctype html>
<html lang="fr">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Connexion de démonstration</title><link rel="stylesheet" href="/style.css"></head>
<body><main><h1>Connexion de démonstration</h1>
<p>Ce fournisseur d’identité ne sert qu’aux démonstrations et aux essais : aucun mot de passe,
aucune vraie personne.</p>
{content}
</main></body></html>
"""
STYLE = """:root{font:1.05rem/1.5 system-ui,sans-serif;color:#161616;background:#f6f6f6}
main{max-width:40rem;margin:2rem auto;padding:1.5rem;background:#fff;border:1px solid #ddd}
button{display:block;width:100%;margin:.4rem 0;padding:.7rem;text-align:left;font:inherit;border:1px solid #000091;
background:#fff;color:#000091;cursor:pointer}button:focus,button:hover{outline:3px solid #000091}
"""
_REMAIN = (
    '<label><input type="checkbox" name="remain" value="1"> '
    "Rester identifié dans ce navigateur pendant une heure</label>"
)
ENDED = _PAGE.format(content="<h2>Vous êtes déconnecté</h2><p>Plus personne n’est identifié dans ce navigateur.</p>")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}


def choice_page(accounts: tuple[Account, ...], client_id: str, action: str) -> str:
    """Return the page that lists the accounts as buttons.

    `action` is the authorization request's own address (path and query), to which the chosen button posts, so the
    provider keeps no state between the page and the choice.
    """
    parts = [f"<p>Le service <strong>{escape(client_id)}</strong> demande qui vous êtes. Choisissez un compte :</p>"]
    parts.append(f'<form method="post" action="{escape(action)}">')
    parts.append(f"<p>{_REMAIN}</p>")
    for kind, heading in _HEADINGS.items():
        chosen = [account for account in accounts if account.kind == kind]
        if chosen:
            parts.append(f"<h2>{heading}</h2>")
        parts.extend(
            f'<button name="account" value="{escape(account.sub)}">{escape(account.label)}</button>'
            for account in chosen
        )
    parts.append('<p><button name="refuse" value="1">Ne pas me connecter</button></p></form>')
    return _PAGE.format(content="\n".join(parts))


def refusal_page(error: str, description: str) -> str:
    """Return the page for a request that may not be answered by a redirection (RFC 6749 section 4.1.2.1)."""
    content = (
        "<h2>Demande refusée</h2><p>Le service qui vous envoie ici a mal formulé sa demande. "
        "Fermez cette page et recommencez depuis votre logiciel.</p>"
        f"<p><code>{escape(error)}</code> {escape(description)}</p>"
    )
    return _PAGE.format(content=content)
