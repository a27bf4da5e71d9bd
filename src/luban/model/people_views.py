"""What the API answers about people: who is signed in, users, sessions, keys, invitations."""

from __future__ import annotations

from luban.model.views import Moment, View


class NamedView(View):
    """Something by its id, and how people call it."""

    id: str
    name: str


class WayInView(View):
    """Another house that people may sign in with."""

    id: str
    title: str


class AuthStateView(View):
    """What is asked of who wants to come in.

    `first` says that nobody has an account yet; with `needs_code`, making the first one takes the
    code that the server printed.
    """

    required: bool
    first: bool
    needs_code: bool
    password: bool
    providers: list[WayInView]
    passkeys: bool


class PersonView(View):
    """Who somebody is, for those who deal with them."""

    id: str
    name: str
    email: str


class SecondView(View):
    """What is still to be shown: one of `kinds`, with `token`."""

    token: str
    kinds: list[str]


class SignedInView(View):
    """Who came in; or, with `second`, what that still takes."""

    user: PersonView | None
    second: SecondView | None = None


class MyTeamView(View):
    """A team one is in."""

    id: str
    name: str
    role: str
    personal: bool


class MeView(View):
    """Who is asking. `confirmed_until` is until when what is grave needs no further proof."""

    id: str
    name: str
    email: str
    role: str
    local: bool
    permissions: list[str]
    team: NamedView | None
    teams: list[MyTeamView]
    has_password: bool
    factors: int
    confirmed_until: Moment | None


class EmailChangeView(View):
    """`sent` says that the new address must confirm it first, by a link that was mailed there."""

    sent: bool


class SessionView(View):
    """A browser that is signed in; `current` is the one that asks."""

    id: str
    address: str
    agent: str
    created_at: Moment
    last_used_at: Moment
    expires_at: Moment
    current: bool


class ApiKeyView(View):
    """A key by its first letters."""

    id: str
    name: str
    shown: str
    scopes: list[str]
    created_at: Moment
    expires_at: Moment | None
    last_used_at: Moment | None


class NewApiKeyView(ApiKeyView):
    """A key that was just made; `key` is told only here."""

    key: str


class UserView(View):
    """Somebody with an account."""

    id: str
    email: str
    name: str
    role: str
    disabled: bool
    has_password: bool
    created_at: Moment
    last_seen_at: Moment | None


class NewUserView(UserView):
    """An account that was just made; with `link` its owner chooses a password, once."""

    link: str | None = None


class LinkMadeView(View):
    """A link to be handed over; it is told only here."""

    link: str


class InvitationView(View):
    """An open invitation; `link` is told only in the answer that made it."""

    id: str
    email: str
    role: str
    by: str
    created_at: Moment
    expires_at: Moment
    link: str | None = None


class InvitedView(View):
    """What somebody is invited to; `team` is empty for the server alone."""

    email: str
    team: str
    role: str
    by: str
    has_account: bool


class TicketView(View):
    """What opens one connection, once; its address names the user."""

    ticket: str
    user_id: str
    expires_at: Moment
