"""What other systems are told, what was passed on to them, and what they told us."""

from citycall.exchange.models.forwarding import Forward, ForwardedEvent, Partner, ReceivedUpdate
from citycall.exchange.models.open_data import Export
from citycall.exchange.models.webhooks import Webhook, WebhookDelivery

__all__ = [
    "Export",
    "Forward",
    "ForwardedEvent",
    "Partner",
    "ReceivedUpdate",
    "Webhook",
    "WebhookDelivery",
]
