"""The whole assistant on a real PostgreSQL: shop, conversations and answers."""

from __future__ import annotations

from pathlib import Path

import psycopg

from tests.assistant import running_assistant


def test_a_conversation_on_postgresql(tmp_path: Path, fresh_postgres_url: str) -> None:
    environ = {"DATABASE_URL": fresh_postgres_url}
    with running_assistant(tmp_path / "home", environ) as assistant:
        talk = assistant.conversation()
        assert talk.send("can you recommend something?")["status"] == "ok"
        first = talk.send("I want to talk to a human", "m-1")
        assert first["status"] == "handoff"
        assert talk.send("I want to talk to a human", "m-1") == first
        with psycopg.connect(fresh_postgres_url) as server:
            for table, count in (("handoffs", 1), ("tickets", 1), ("chat_answers", 2)):
                assert server.execute(f"SELECT count(*) FROM {table}").fetchone() == (count,)
            kept = server.execute("SELECT count(DISTINCT sender_id) FROM events").fetchone()
            assert kept == (1,)
    assert not list((tmp_path / "home").glob("*.db"))
