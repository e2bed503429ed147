import socket

import pytest

from app.commands.address import exposure_warning, listen, tunnel_hint, urls
from app.commands.contract import UsageError
from app.settings import Settings


def settings(**options) -> Settings:
    return Settings(roots=(), **options)


def test_port_zero_takes_a_free_port():
    with listen("127.0.0.1", 0) as taken:
        assert taken.getsockname()[1] > 0


def test_a_taken_port_is_named_with_what_to_do():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port} on 127.0.0.1 is taken.* --port 0"):
            listen("127.0.0.1", port)


def test_an_address_of_another_machine_is_refused_in_words():
    with pytest.raises(UsageError, match=r"192\.0\.2\.1 is not an address of this machine"):
        listen("192.0.2.1", 0)


def test_a_name_that_is_no_address_is_refused_in_words():
    with pytest.raises(UsageError, match=r"--host no\.such\.host\.invalid: no such address"):
        listen("no.such.host.invalid", 0)


def test_the_url_carries_the_prefix_and_brackets_an_ipv6_address():
    assert urls(settings(url_prefix="/board/")) == ["http://127.0.0.1:8050/board/"]
    assert urls(settings(host="::1")) == ["http://[::1]:8050/"]


def test_an_app_that_is_open_to_all_is_told_with_a_name_others_can_use():
    assert urls(settings(host="0.0.0.0")) == ["http://127.0.0.1:8050/", f"http://{socket.gethostname()}:8050/"]


def test_only_an_open_app_is_warned_of():
    assert exposure_warning(settings()) is None
    assert "anyone who can reach 0.0.0.0, port 8050" in exposure_warning(settings(host="0.0.0.0"))


def test_a_person_on_ssh_is_told_the_line_that_brings_the_port_home(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("USER", "ada")
    monkeypatch.setenv("LOGNAME", "ada")
    over_ssh = {"SSH_CONNECTION": "10.0.0.2 51000 10.0.0.7 22"}
    assert tunnel_hint(settings(), over_ssh) == "ssh -L 8050:127.0.0.1:8050 ada@10.0.0.7"
    other_port = {"SSH_CONNECTION": "10.0.0.2 51000 10.0.0.7 2222"}
    assert tunnel_hint(settings(), other_port) == "ssh -p 2222 -L 8050:127.0.0.1:8050 ada@10.0.0.7"


def test_no_tunnel_is_offered_to_a_person_at_the_machine_or_for_an_open_app():
    assert tunnel_hint(settings(), {}) is None
    assert tunnel_hint(settings(host="0.0.0.0"), {"SSH_CONNECTION": "10.0.0.2 51000 10.0.0.7 22"}) is None
