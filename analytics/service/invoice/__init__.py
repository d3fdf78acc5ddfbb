"""An order's invoice: what it says, and how it is drawn as a PDF."""

from analytics.service.invoice.content import Invoice, InvoiceLine, Means, invoice_of
from analytics.service.invoice.drawing import LABELS, render

__all__ = ["LABELS", "Invoice", "InvoiceLine", "Means", "invoice_of", "render"]
