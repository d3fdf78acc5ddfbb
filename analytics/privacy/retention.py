"""Deleting what is older than the privacy policy lets it be kept."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from analytics.privacy import files
from analytics.privacy.policy import Retention
from analytics.settings import Settings
from analytics.store import Store, retention
from analytics.store.conversations import Conversations


def retain(
    store: Store, settings: Settings, policy: Retention, at: datetime, *, dry_run: bool = False
) -> Counter[str]:
    """Delete what is too old; meant to be called once a day.

    What a running server has in memory of a conversation stays until it is put away.

    Returns:
        Counts by `table.<name>`, `conversations.<name>` and `files.logs`.

    Raises:
        StoreUnavailable: a database does not answer.
    """

    def before(days: int) -> datetime:
        return at - timedelta(days=days)

    done: Counter[str] = Counter()
    with store.transaction() as session:
        gone = retention.delete_before(
            session,
            handoffs=before(policy.handoffs_days),
            questions=before(policy.questions_days),
            suggestions=before(policy.suggestions_days),
            identity_attempts=before(policy.identity_attempts_days),
            webhooks=before(policy.webhooks_days),
            dry_run=dry_run,
        )
    done.update({f"table.{name}": rows for name, rows in gone.items()})
    conversations = Conversations(settings.conversations_url)
    try:
        said = conversations.delete_before(before(policy.conversations_days), dry_run=dry_run)
    finally:
        conversations.close()
    done.update({f"conversations.{name}": rows for name, rows in said.items()})
    oldest = before(policy.logs_days).timestamp()
    for path in files.documents(settings):
        if path.match(files.LOGS) and path.stat().st_mtime < oldest:
            done["files.logs"] += 1
            if not dry_run:
                path.unlink()
    return +done
