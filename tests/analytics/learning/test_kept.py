"""Questions kept for review, thumbs and scores, in the shop's database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from analytics.store import Store, feedback, questions
from analytics.store.models import Feedback, Question, QuestionKind, QuestionStatus, Thumb
from tests.analytics.learning.kept import NOW, asked


def count(store: Store, table: type) -> int:
    with store.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_question_is_kept_once_for_each_reason_and_masked(store: Store) -> None:
    one = asked(1, "write to ada@example.com about SC123456", customer_id="nobody")
    for _ in range(2):
        with store.transaction() as session:
            questions.keep(session, one, QuestionKind.UNANSWERED, NOW)
            questions.keep(session, one, QuestionKind.CORRECTED, NOW)
    assert count(store, Question) == 2
    with store.reading() as session:
        kept = session.scalars(select(Question)).first()
    assert kept is not None
    assert kept.text == "write to [email] about SC123456"
    assert kept.customer_id is None


def test_waiting_are_the_open_ones_the_newest_of_too_many(store: Store) -> None:
    with store.transaction() as session:
        for number in range(1, 6):
            at = NOW - timedelta(days=5 - number)
            questions.keep(session, asked(number, "x"), QuestionKind.UNANSWERED, at)
        questions.settle(session, [2], QuestionStatus.ANSWERED, "article:x")
    with store.reading() as session:
        assert [one.id for one in questions.waiting(session, 10)] == [1, 3, 4, 5]
        assert [one.id for one in questions.waiting(session, 2)] == [4, 5]
        since = NOW - timedelta(days=2)
        assert [one.id for one in questions.waiting(session, 10, since)] == [3, 4, 5]
        assert [one.id for one in questions.kept_since(session, since)] == [3, 4, 5]


def thumb(store: Store, up: bool) -> None:
    with store.transaction() as session:
        feedback.record_thumb(
            session, conversation_id="c", message_id="m", up=up, text="hm?", language="en", at=NOW
        )


def test_the_last_thumb_counts(store: Store) -> None:
    thumb(store, up=False)
    thumb(store, up=False)
    assert (count(store, Thumb), count(store, Question)) == (1, 1)
    thumb(store, up=True)
    assert (count(store, Thumb), count(store, Question)) == (1, 0)
    with store.reading() as session:
        assert session.scalars(select(Thumb.up)).all() == [True]


def test_a_thumb_taken_back_leaves_what_was_reviewed(store: Store) -> None:
    thumb(store, up=False)
    with store.transaction() as session:
        questions.settle(session, [1], QuestionStatus.ANSWERED, "article:x")
    thumb(store, up=True)
    assert count(store, Question) == 1


def score(store: Store, value: int, reason: str | None = None) -> None:
    with store.transaction() as session:
        feedback.record(
            session,
            conversation_id="c",
            customer_id="nobody",
            score=value,
            reason=reason,
            about="resolution",
            at=NOW,
        )


def test_a_conversation_has_one_score(store: Store) -> None:
    score(store, 4)
    score(store, 4, "quick")
    with store.reading() as session:
        kept = feedback.of_conversation(session, "c")
        assert kept is not None
        assert (kept.score, kept.reason) == (4, "quick")
        assert feedback.of_conversation(session, "other") is None
    assert count(store, Feedback) == 1


def test_no_score_beyond_the_scale(store: Store) -> None:
    with pytest.raises(IntegrityError):
        score(store, 6)
    assert count(store, Feedback) == 0
