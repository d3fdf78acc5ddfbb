"""Where things are sent: the address of an order, the default one, and further ones."""

from __future__ import annotations

from typing import ClassVar

from analytics.errors import InvalidInput, MissingCustomer, Refused
from analytics.service.changes.base import (
    Change,
    ChangeKind,
    ChangeOfOrder,
    Context,
    Plan,
    Request,
    open_order,
    own_order,
)
from analytics.store import customers
from analytics.store.models import Address, Customer, Order

MOST_CHARACTERS = 300
MOST_POSTCODE = 20
MOST_COUNTRY = 80


class Place(Request):
    """An address as it was typed, its postcode apart."""

    address: str
    postcode: str | None = None
    country: str | None = None


class AddressRequest(Place):
    """Without an order it is the customer's default address that changes."""

    order_id: str | None = None


class AddressPlan(Plan):
    kind: ChangeKind = ChangeKind.CHANGE_ADDRESS
    address: str
    postcode: str | None
    country: str | None
    old_address: str | None
    old_postcode: str | None


class ChangeAddress(ChangeOfOrder[AddressRequest, AddressPlan]):
    """Send an order to another address, or change the customer's default one."""

    kind: ClassVar[ChangeKind] = ChangeKind.CHANGE_ADDRESS
    request = AddressRequest
    plan_type = AddressPlan

    def eligible(self, context: Context, order_id: str) -> Order:
        self.allowed(context)
        return open_order(context, order_id, context.policy.change_address, self.kind)

    def plan(self, context: Context, request: AddressRequest) -> AddressPlan:
        self.allowed(context)
        owner = owner_of(context)
        old = owner.address, owner.postcode
        order_id = None
        if request.order_id is not None:
            order = self.eligible(context, request.order_id)
            order_id = order.id
            old = (order.address, order.postcode) if order.address else old
        place = checked(request, owner)
        if (place.address, place.postcode) == old:
            raise Refused("same_address", None)
        return AddressPlan(
            customer_id=owner.id,
            order_id=order_id,
            address=place.address,
            postcode=place.postcode,
            country=place.country,
            old_address=old[0],
            old_postcode=old[1],
        )

    def apply(self, context: Context, plan: AddressPlan) -> None:
        target = own_order(context, plan.order_id) if plan.order_id else owner_of(context)
        target.address = plan.address
        target.postcode = plan.postcode
        target.country = plan.country


class FurtherAddressPlan(Plan):
    kind: ChangeKind = ChangeKind.ADD_ADDRESS
    address: str
    postcode: str | None
    country: str | None
    default: bool


class AddAddress(Change[Place, FurtherAddressPlan]):
    """Keep one more address; the first one that the shop knows becomes the default one."""

    kind: ClassVar[ChangeKind] = ChangeKind.ADD_ADDRESS
    request = Place
    plan_type = FurtherAddressPlan

    def plan(self, context: Context, request: Place) -> FurtherAddressPlan:
        self.allowed(context)
        owner = owner_of(context)
        place = checked(request, owner)
        known = [(owner.address, owner.postcode)]
        known += [(one.address, one.postcode) for one in owner.addresses]
        if (place.address, place.postcode) in known:
            raise Refused("same_address", None)
        most = context.policy.add_address.most
        if len(owner.addresses) >= most:
            raise Refused("most_addresses", "edit_account", most=most)
        return FurtherAddressPlan(
            customer_id=owner.id,
            address=place.address,
            postcode=place.postcode,
            country=place.country,
            default=owner.address is None,
        )

    def apply(self, context: Context, plan: FurtherAddressPlan) -> None:
        owner = owner_of(context)
        place = {"address": plan.address, "postcode": plan.postcode, "country": plan.country}
        if plan.default:
            for name, value in place.items():
                setattr(owner, name, value)
        else:
            owner.addresses.append(Address(**place))


def owner_of(context: Context) -> Customer:
    """Return the customer whom the change is for.

    Raises:
        MissingCustomer: an agent named none, or a guest is nobody yet.
    """
    if context.actor.customer_id is None:
        raise MissingCustomer
    return customers.get(context.session, context.actor.customer_id)


def checked(place: Place, owner: Customer) -> Place:
    """Return the address in one line of plain text, in the customer's country if none is named.

    Raises:
        InvalidInput: there is no text, or too much.
    """
    address = " ".join(place.address.split())
    if not 3 <= len(address) <= MOST_CHARACTERS:
        raise InvalidInput("address", address, f"3 to {MOST_CHARACTERS} characters")
    postcode = " ".join((place.postcode or "").upper().split()) or None
    if postcode and len(postcode) > MOST_POSTCODE:
        raise InvalidInput("postcode", postcode, f"at most {MOST_POSTCODE} characters")
    country = " ".join((place.country or "").split()) or owner.country
    if country and len(country) > MOST_COUNTRY:
        raise InvalidInput("country", country, f"at most {MOST_COUNTRY} characters")
    return Place(address=address, postcode=postcode, country=country)
