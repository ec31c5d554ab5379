"""Laws of folding and of sentences, for any text at all."""

from hypothesis import given
from hypothesis import strategies as st

from mapapp.text import fold, fold_with_offsets, has_control_or_bidi, show_plain, split_sentences

ANY_TEXT = st.text(st.characters() | st.sampled_from(list(".!?\"”’\n\r \u202e\u200fßأة'`-–")), max_size=200)


@given(ANY_TEXT)
def test_offsets_rise_and_fit_the_folded_text(text: str) -> None:
    folded, offsets = fold_with_offsets(text)
    assert folded == fold(text)
    assert len(offsets) == len(folded) + 1
    assert offsets == sorted(offsets)
    assert offsets[-1] == len(text)


@given(ANY_TEXT)
def test_folding_a_character_does_not_depend_on_its_neighbours(text: str) -> None:
    assert fold(text) == "".join(fold(character) for character in text)


@given(ANY_TEXT)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(ANY_TEXT)
def test_sentences_cover_every_visible_character_once(text: str) -> None:
    spans = split_sentences(text)
    end_before = 0
    for start, end in spans:
        assert end_before <= start < end <= len(text)
        assert text[end_before:start].strip() == ""
        assert text[start:end] == text[start:end].strip()
        end_before = end
    assert text[end_before:].strip() == ""


@given(ANY_TEXT)
def test_plain_text_is_safe(text: str) -> None:
    assert not has_control_or_bidi(show_plain(text))
    show_plain(text).encode("utf-8")
