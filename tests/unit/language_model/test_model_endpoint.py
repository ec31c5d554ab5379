"""An address is fit or refused, the user is told where text goes, and settings keep the key to themselves."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from mapapp.errors import LanguageModelError
from mapapp.language_model.endpoint import check_endpoint, explain_limit, explain_sending, is_loopback
from mapapp.language_model.settings import Settings, read_settings, save_settings, settings_path


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MAPAPP_DATA_DIR", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    "address",
    [
        "http://localhost:11434/v1",
        "http://localhost:11434/v1/",
        " http://localhost:11434/v1/chat/completions ",
        "https://example.org/api/v1",
        "http://[::1]:8080/v1",
        "http://gpu.example.org/v1",
    ],
)
def test_addresses_of_services_are_taken(address: str) -> None:
    endpoint = check_endpoint(address, model="m")
    assert not endpoint.address.endswith(("/", "completions"))


@pytest.mark.parametrize(
    "address",
    [
        "",
        "localhost:11434",
        "ftp://example.org/v1",
        "file:///etc/passwd",
        "http://",
        "http://localhost@example.org/v1",
        "https://user:word@example.org/v1",
        "https://example.org/v1?key=x",
        "https://example.org/v1#x",
        "https://example.org:99999/v1",
        "https://exam\nple.org/v1",
        "https://exam ple.org/v1",
        "https://[::1/v1",
        "https://ex\u0430mple.org/v1",
    ],
)
def test_what_is_no_plain_address_is_refused(address: str) -> None:
    with pytest.raises(LanguageModelError, match="no address of a language model"):
        check_endpoint(address, model="m")


@pytest.mark.parametrize("key", ["two words", "line\r\nX-Evil: yes", "sch\u00fcssel"])
def test_a_key_that_could_write_headers_is_refused(key: str) -> None:
    with pytest.raises(LanguageModelError, match="key") as caught:
        check_endpoint("https://example.org/v1", model="m", key=key)
    assert key not in str(caught.value)


@pytest.mark.parametrize("model", ["", " ", "m" * 300, "a\x00b"])
def test_a_model_needs_a_name(model: str) -> None:
    with pytest.raises(LanguageModelError, match="no name of a model"):
        check_endpoint("https://example.org/v1", model=model)


@pytest.mark.parametrize("seconds", [0.0, -1.0, 1e9, float("nan")])
def test_a_time_limit_has_limits(seconds: float) -> None:
    with pytest.raises(LanguageModelError, match="time limit"):
        check_endpoint("https://example.org/v1", model="m", timeout_s=seconds)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost", "LOCALHOST", "localhost."])
def test_this_machine_is_known_by_its_names(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["127.0.0.1.example.org", "localhost.example.org", "0.0.0.0", "192.168.1.5", "2130706433"]
)
def test_other_machines_are_not_taken_for_this_one(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("address", "model", "told"),
    [
        ("http://localhost:11434/v1", "m", "stay on this machine"),
        ("http://localhost:11434/v1", "big:120b-cloud", "leave this machine: the name of the model says"),
        ("https://example.org/v1", "m", "leave this machine: whoever runs that service"),
        ("http://192.168.1.5/v1", "m", "leave this machine, unencrypted"),
    ],
)
def test_the_user_is_told_whether_text_leaves_the_machine(address: str, model: str, told: str) -> None:
    endpoint = check_endpoint(address, model=model)
    sending = explain_sending(endpoint, characters=12_345, articles=2)
    assert told in sending
    assert "12,345 characters of 2 articles" in sending
    assert endpoint.host in sending
    assert told in explain_limit(endpoint, requests=3, characters=500)
    assert endpoint.is_local == ("stay" in told)


# Settings


def test_without_settings_nothing_is_named_and_all_is_off() -> None:
    settings = read_settings(environment={})
    assert not settings.is_on
    with pytest.raises(LanguageModelError, match="No language model is named"):
        settings.endpoint()


def test_settings_come_back_as_they_were_saved_and_only_their_owner_reads_them() -> None:
    kept = Settings(is_on=True, address="https://example.org/v1", model="m", key="secret", most_requests=3)
    save_settings(kept)
    save_settings(kept)
    assert read_settings(environment={}) == kept
    assert stat.S_IMODE(settings_path().stat().st_mode) == 0o600
    assert "secret" not in repr(kept)
    assert "secret" not in repr(kept.endpoint())


def test_the_environment_comes_before_the_file_and_switches_on() -> None:
    save_settings(Settings(address="https://example.org/v1", model="m", key="saved"))
    named = {"MAPAPP_MODEL_ENDPOINT": "http://localhost:1/v1", "MAPAPP_MODEL_NAME": "other", "MAPAPP_MODEL_KEY": "mine"}
    settings = read_settings(environment=named)
    assert (settings.address, settings.model, settings.key, settings.is_on) == (
        "http://localhost:1/v1",
        "other",
        "mine",
        True,
    )


HERE, THERE = "https://example.org/v1", "https://elsewhere.org/v1"
KEYS: dict[str, tuple[dict[str, str], str | None, str]] = {
    "as saved": ({}, None, "saved"),
    "another path of the same server": ({}, "https://example.org/v2", "saved"),
    "another server": ({}, THERE, ""),
    "the same server in the open": ({}, "http://example.org/v1", ""),
    "another server in the environment": ({"MAPAPP_MODEL_ENDPOINT": THERE}, None, ""),
    "a key in the environment": ({"MAPAPP_MODEL_KEY": "mine"}, None, "mine"),
    "a key in the environment alone": ({"MAPAPP_MODEL_KEY": "mine"}, THERE, "mine"),
    "a key beside its server": ({"MAPAPP_MODEL_ENDPOINT": THERE, "MAPAPP_MODEL_KEY": "mine"}, THERE, "mine"),
    "a key beside another server": ({"MAPAPP_MODEL_ENDPOINT": THERE, "MAPAPP_MODEL_KEY": "mine"}, HERE, "saved"),
}


@pytest.mark.parametrize("case", KEYS)
def test_a_key_goes_only_to_the_server_that_it_was_named_for(case: str) -> None:
    save_settings(Settings(address=HERE, model="m", key="saved"))
    environment, address, key = KEYS[case]
    assert read_settings(address=address, environment=environment).key == key


@pytest.mark.parametrize("contents", ["{", "[" * 100_000, '{"model": 3}', '{"is_on": "yes"}', '{"timeout_s": "long"}'])
def test_a_broken_file_is_told_by_its_name(contents: str) -> None:
    settings_path().parent.mkdir()
    settings_path().write_text(contents, encoding="utf-8")
    with pytest.raises(LanguageModelError, match=r"settings\.json"):
        read_settings(environment={})
