"""The file of synonyms: what comes with Salesclerk, and what a shop may write."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.errors import InvalidFile
from analytics.store.synonyms import EMBEDDED, Synonyms, embedded_synonyms, load_synonyms


def _terms(*words: str) -> frozenset[str]:
    return frozenset(words)


def test_the_embedded_groups_hold_both_languages() -> None:
    others = embedded_synonyms().others({"couch", "lamp", "沙发"})
    assert _terms("sofa") in others[_terms("couch")]
    assert _terms("灯") in others[_terms("lamp")]
    assert _terms("couch") in others[_terms("沙发")]


def test_longer_words_come_first() -> None:
    synonyms = Synonyms(((_terms("lamp"), _terms("light")), (_terms("desk", "lamp"), _terms("a"))))
    assert list(synonyms.others({"desk", "lamp"})) == [_terms("desk", "lamp"), _terms("lamp")]
    assert synonyms.others({"desk"}) == {}


def test_a_shops_own_file_replaces_the_embedded_one(tmp_path: Path) -> None:
    path = tmp_path / "synonyms.yml"
    assert load_synonyms(path) == load_synonyms(EMBEDDED)
    path.write_text("- [Thingies, 小玩意]\n", encoding="utf-8")
    assert load_synonyms(path).groups == ((_terms("thingy"), _terms("小玩", "玩意")),)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("- [sofa, couch\n", "expected"),
        ("sofa: couch\n", "content"),
        ("- [sofa]\n", "group 1"),
        ("- [a, b]\n- [c, {d: e}]\n", "group 2, word 2"),
        ("- [a, b]\n- [c, '']\n", "group 2, word 2"),
        ("- [sofa, couch]\n- [settee, Sofas]\n", "'Sofas' stands there twice"),
        ("- [sofa, '!!']\n", "'!!' is no word"),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, content: str, named: str) -> None:
    path = tmp_path / "synonyms.yml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InvalidFile) as caught:
        load_synonyms(path)
    assert str(path) in str(caught.value) and named in str(caught.value)
    assert "accepted is a list of groups" in str(caught.value)


@given(st.sets(st.text(max_size=6)))
def test_any_terms_may_be_asked_for(wanted: set[str]) -> None:
    for word, others in embedded_synonyms().others(wanted).items():
        assert word <= wanted and word not in others
