"""A language model on the screens: off at first, asked for, told before, set beside the built-in reader."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from mapapp.language_model.settings import read_settings
from mapapp.store import open_store
from tests.language_models import Model, claim_of, claiming, model_that, saying

OpenApp = Callable[..., AppTest]

BOTH = claim_of("Opposition fighters seized Hama on Thursday", place="Hama", actor="OPP", first_day="2024-12-05")
CLASH = claim_of("seized Hama on Thursday after days of battle", place="Hama", kind="Movement", destination="Hama")
FALSE = claim_of("The moon fell to the opposition", place="Hama")


@pytest.fixture
def own_store_url() -> str:
    """The address of the store of the test."""
    return os.environ["MAPAPP_DATABASE_URL"]


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Model]:
    """A model that is named in the environment."""
    monkeypatch.setenv("MAPAPP_DATA_DIR", str(tmp_path / "user"))
    with model_that(claiming(BOTH, CLASH, FALSE)) as model:
        monkeypatch.setenv("MAPAPP_MODEL_ENDPOINT", model.address)
        monkeypatch.setenv("MAPAPP_MODEL_NAME", "invented-7b")
        yield model


def words_of(app: AppTest) -> str:
    return " ".join(str(one.value) for one in (*app.markdown, *app.caption, *app.text, *app.warning, *app.success))


def read_with_model(app: AppTest, article_id: str) -> None:
    """Press the button, wait for the job, look again."""
    name = f"second_reader_{article_id[:12]}"
    next(one for one in app.button if one.key == f"{name}_start").click().run()
    if name in app.session_state:
        app.session_state[name].job.result()
        app.run()
    assert not app.exception


def found_by(app: AppTest) -> list[str]:
    return next(list(frame.value["Found by"]) for frame in app.dataframe if "Found by" in frame.value)


def test_it_is_off_until_somebody_names_a_model(
    open_app: OpenApp, stored: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAPAPP_DATA_DIR", str(tmp_path / "user"))
    app = open_app("articles")
    assert not [one for one in app.expander if "as well" in one.label]


def test_nothing_is_sent_before_it_is_told_and_asked_for(open_app: OpenApp, stored: Any, model: Model) -> None:
    app = open_app("articles", article=stored.article.id)
    assert not app.exception
    told = words_of(app)
    assert f"{len(stored.article.text.strip())} characters" in told
    assert "stay on this machine" in told
    assert model.questions == []


def test_text_that_leaves_the_machine_needs_a_tick_first(
    open_app: OpenApp, stored: Any, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAPAPP_MODEL_ENDPOINT", "https://example.invalid/v1")
    app = open_app("articles", article=stored.article.id)
    assert "leave this machine" in words_of(app)
    start = next(one for one in app.button if (one.key or "").endswith("_start"))
    assert start.disabled
    next(one for one in app.checkbox if "leaves my machine" in one.label).check().run()
    assert not next(one for one in app.button if (one.key or "").endswith("_start")).disabled


def test_what_only_the_model_found_is_kept_with_its_origin_and_waits(
    open_app: OpenApp, stored: Any, model: Model, theatre: Any, own_store_url: str
) -> None:
    app = open_app("articles", article=stored.article.id)
    read_with_model(app, stored.article.id)
    assert "both" in found_by(app)
    assert found_by(app).count("only the model") == 1
    assert "1 dropped" in words_of(app).replace("\\", "")
    store = open_store(own_store_url)
    (origin,) = store.origins(theatre=theatre.code).values()
    (reading,) = store.readings(theatre=theatre.code)
    added = [claim for claim in reading.claims if claim.id in store.origins(theatre=theatre.code)]
    store.close()
    assert origin.startswith("language model invented-7b at 127.0.0.1")
    assert all(claim.score < 0.5 for claim in added)
    read_again = open_app("articles", article=stored.article.id)
    assert "only the model" in found_by(read_again)
    assert len(model.questions) == 1


def test_a_claim_of_the_model_is_rejected_by_the_decisions_that_there_are(
    open_app: OpenApp, stored: Any, model: Model, theatre: Any, own_store_url: str
) -> None:
    app = open_app("articles", article=stored.article.id)
    read_with_model(app, stored.article.id)
    name = f"second_reader_{stored.article.id[:12]}"
    store = open_store(own_store_url)
    (added,) = store.origins(theatre=theatre.code)
    app.selectbox(key=f"{name}_choice").set_value(added).run()
    next(one for one in app.button if one.key == f"{name}_reject").click().run()
    assert not app.exception
    (decision,) = store.decisions()
    store.close()
    assert (decision.action, decision.target) == ("reject", f"claim:{added}")


def test_a_model_that_talks_nonsense_is_told_and_changes_nothing(
    open_app: OpenApp, stored: Any, model: Model, theatre: Any, own_store_url: str
) -> None:
    with model_that(saying("<script>alert(1)</script>")) as bad, pytest.MonkeyPatch.context() as patch:
        patch.setenv("MAPAPP_MODEL_ENDPOINT", bad.address)
        app = open_app("articles", article=stored.article.id)
        read_with_model(app, stored.article.id)
    assert "not the JSON that was asked for" in words_of(app)
    assert "script" not in words_of(app)
    store = open_store(own_store_url)
    assert store.origins(theatre=theatre.code) == {}
    store.close()


def test_settings_are_saved_tested_and_the_key_is_not_shown(
    open_app: OpenApp, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MAPAPP_MODEL_ENDPOINT")
    monkeypatch.delenv("MAPAPP_MODEL_NAME")
    app = open_app("data")
    app.toggle(key="language_model_on").set_value(True)
    app.text_input(key="language_model_address").set_value(model.address)
    app.text_input(key="language_model_name").set_value("invented-7b")
    app.text_input(key="language_model_key").set_value("sk-secret")
    app.button(key="language_model_save").click().run()
    assert not app.exception
    settings = read_settings(environment={})
    assert (settings.is_on, settings.address, settings.key) == (True, model.address, "sk-secret")
    assert app.text_input(key="language_model_key").value in ("", "sk-secret")
    assert "sk-secret" not in words_of(app)
    app.button(key="language_model_test").click().run()
    assert any("invented" in box.value for box in app.success)
    assert model.keys == ["Bearer sk-secret"]


def test_an_address_that_is_none_is_refused_in_words(open_app: OpenApp, model: Model) -> None:
    app = open_app("data")
    app.text_input(key="language_model_address").set_value("my computer")
    app.text_input(key="language_model_name").set_value("m")
    app.button(key="language_model_save").click().run()
    assert any("no address of a language model" in box.value.replace("\\", "") for box in app.error)
