"""Who may ask: with `--token` every address but `/health` wants it, from browsers, programs and Visdom's client alike.

A browser shows it once, in the log-in page or as `?token=` of an address, and keeps a cookie that was made of it; a
program sends `Authorization: Bearer TOKEN`; Visdom's client logs in with it as its password.
"""

import hashlib
import hmac
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Flask, Response, request

from app.api.answers import error_answer
from app.settings import Settings
from app.store.memory import StoreLike

COOKIE_AGE_S = 30 * 86_400
NO_TOKEN = "This server asks for its token: send it as Authorization: Bearer TOKEN, or log in at {}."
LOG_IN = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Tailboard</title>
<style>
:root {{ color-scheme: light dark; font: 14px/1.4 system-ui, sans-serif }}
form {{ display: grid; gap: 8px; width: min(320px, 90vw); margin: 20vh auto }}
input, button {{ font: inherit; padding: 6px 8px }}
p {{ margin: 0 }}
</style></head>
<body><form method="post"><h1>Tailboard</h1>
<label for="token">Token of this server</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<p role="alert">{problem}</p>
<button>Log in</button>
<p>Whoever started the server chose it, with --token or TAILBOARD_TOKEN.</p></form></body></html>"""


def register(server: Flask, _store: StoreLike, settings: Settings) -> None:
    """Serve the log-in and, where a token was chosen, refuse whoever has none."""
    gate = Gate(settings)
    server.before_request(gate.refusal)
    server.add_url_rule(settings.url_prefix, "api_log_in", gate.log_in, methods=["POST"])


class Gate:
    """Knows the token, and who showed it."""

    def __init__(self, settings: Settings) -> None:
        """Let everybody in where there is no token."""
        self._prefix = settings.url_prefix
        self._token = settings.token or ""
        self._password = hashlib.sha256(self._token.encode()).hexdigest()  # as Visdom's client sends it
        self._pass = hmac.new(self._token.encode(), b"tailboard", "sha256").hexdigest()
        self._cookie = f"tailboard-{settings.port}"  # browsers keep one jar for all ports of a host

    def refusal(self) -> Response | None:
        """Return the answer for who may not ask; None where the request is to be answered."""
        if not self._token or request.path == f"{self._prefix}health" or self._is_log_in() or self._has_shown_it():
            return None
        shown = request.args.get("token")
        if shown is not None and request.method == "GET" and self._is_token(shown):
            return self._let_in(_moved_to(_without_token(request.full_path)))
        if "text/html" in request.headers.get("Accept", ""):
            return self._log_in_page("That is not the token." if shown is not None else "")
        return error_answer(NO_TOKEN.format(self._prefix), 401)

    def log_in(self) -> Response:
        """Answer the form of the log-in page, or Visdom's client."""
        if request.mimetype != "application/json":
            if self._is_token(request.form.get("token", "")):
                return self._let_in(_moved_to(_without_token(request.full_path)))
            return self._log_in_page("That is not the token.")
        fields = request.get_json(silent=True)
        password = fields.get("password") if isinstance(fields, dict) else None
        if self._token and not _is_same(password, self._password):
            return error_answer("The password is not the token of this server.", 401)
        return self._let_in(Response(self._prefix))

    def _is_log_in(self) -> bool:
        return request.method == "POST" and request.path == self._prefix

    def _has_shown_it(self) -> bool:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self._is_token(token.strip())
        # Visdom's client opens its WebSocket with a cookie of this name.
        return any(_is_same(request.cookies.get(name), self._pass) for name in (self._cookie, "user_password"))

    def _is_token(self, text: str) -> bool:
        return not self._token or _is_same(text, self._token)

    def _let_in(self, answer: Response) -> Response:
        for name in (self._cookie, "user_password"):
            answer.set_cookie(
                name,
                self._pass,
                COOKIE_AGE_S,
                path=self._prefix,
                secure=request.is_secure,
                httponly=True,
                samesite="Lax",
            )
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def _log_in_page(self, problem: str) -> Response:
        return Response(LOG_IN.format(problem=problem), 401, {"Cache-Control": "no-store"}, mimetype="text/html")


def _is_same(text: object, secret: str) -> bool:
    """Compare in a time that tells nothing."""
    return isinstance(text, str) and hmac.compare_digest(text.encode(), secret.encode())


def _moved_to(address: str) -> Response:
    return Response(status=303, headers={"Location": address})


def _without_token(address: str) -> str:
    """Return path and query without the token, so that nobody copies it along with a link."""
    parts = urlsplit(address)
    query = urlencode([(name, value) for name, value in parse_qsl(parts.query, True) if name != "token"])
    path = "/" + parts.path.lstrip("/")  # `//host` would lead to another one
    return f"{path}?{query}" if query else path
