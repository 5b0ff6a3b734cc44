"""E-mails made of blocks: what blocks there are, and what stands in them (SEQ-26).

A block is a small typed model; a mail is a list of them, as it stands in a sequence document. `block_mail` draws them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, TypeAdapter

from app.messaging import cleaning

MOST_BLOCKS = 60
MOST_IN_COLUMN = 12

# An address, a variable that gives one (no other may begin it: what they say, people have typed themselves), or a
# placeholder still to be replaced (SEQ-24).
_VARIABLE = r"##\{\{[a-z_]+_link\}\}"
_PLACEHOLDER = r"\[[^\[\]]+\]"
Link = Annotated[
    str,
    Field(
        min_length=1, max_length=2000, pattern=rf"^(https?://[^#\s]\S*|mailto:\S+|tel:\S+|{_VARIABLE}|{_PLACEHOLDER})$"
    ),
]
Picture = Annotated[str, Field(min_length=1, max_length=2000, pattern=rf"^(https?://[^#\s]\S*|{_PLACEHOLDER})$")]
Words = Annotated[str, Field(max_length=2000)]
Needed = Annotated[str, Field(min_length=1, max_length=500)]


def _leads_where_it_says(html: str) -> str:
    """HTML whose addresses lead where the writer says, whatever people have typed about themselves."""
    if (fault := cleaning.misled(html)) is not None:
        raise ValueError(fault)
    return html


Html = Annotated[str, AfterValidator(_leads_where_it_says)]
Rich = Annotated[Html, Field(max_length=50_000), AfterValidator(cleaning.rich)]
Align = Literal["left", "center", "right"]


def is_placeholder(address: str) -> bool:
    """Whether an address still waits to be put in."""
    return address.startswith("[")


class Block(BaseModel):
    """What all blocks share. Frozen, so that a list of them is the key under which its mail is kept."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    TEXTS: ClassVar[tuple[str, ...]] = ()  # the fields with text a person reads, where variables work

    def written(self) -> Iterator[tuple[str, str]]:
        """Each text in it, with the place of the field, as in a JSON pointer."""
        for name in self.TEXTS:
            yield name, getattr(self, name)


class Heading(Block):
    TEXTS = ("text",)

    block: Literal["heading"]
    text: Needed
    level: Literal[1, 2] = 1
    align: Align = "left"


class Text(Block):
    TEXTS = ("html",)

    block: Literal["text"]
    html: Rich = ""


class Image(Block):
    TEXTS = ("src", "alt", "href")

    block: Literal["image"]
    src: Picture
    alt: Needed
    href: Link | Literal[""] = ""
    width: int = Field(default=100, ge=10, le=100)  # per cent of the room there is


class Button(Block):
    TEXTS = ("label", "href")

    block: Literal["button"]
    label: Annotated[str, Field(min_length=1, max_length=120)]
    href: Link
    align: Align = "left"


class Divider(Block):
    block: Literal["divider"]


class Spacer(Block):
    block: Literal["spacer"]
    height: int = Field(default=24, ge=4, le=120)  # pixels


class Quote(Block):
    TEXTS = ("text", "by")

    block: Literal["quote"]
    text: Annotated[str, Field(min_length=1, max_length=2000)]
    by: Words = ""


class Signature(Block):
    TEXTS = ("name", "role")

    block: Literal["signature"]
    name: Needed
    role: Words = ""


class FooterLink(Block):
    TEXTS = ("label", "href")

    label: Annotated[str, Field(min_length=1, max_length=60)]
    href: Link


class Footer(Block):
    """Where else the studio is found: a line of text, such as its address, and links, such as its social pages."""

    TEXTS = ("text",)

    block: Literal["footer"]
    text: Words = ""
    links: tuple[FooterLink, ...] = Field(default=(), max_length=8)

    def written(self) -> Iterator[tuple[str, str]]:
        yield from super().written()
        yield from written("links", self.links)


def _kind_of(given: Any) -> str | None:
    kind = given.get("block") if isinstance(given, Mapping) else getattr(given, "block", None)
    return f"‹{kind}›" if isinstance(kind, str) else None


_UNKNOWN = "a block is one of: heading, text, image, button, divider, spacer, quote, signature, footer"

Inner = Annotated[
    Annotated[Heading, Tag("‹heading›")]
    | Annotated[Text, Tag("‹text›")]
    | Annotated[Image, Tag("‹image›")]
    | Annotated[Button, Tag("‹button›")]
    | Annotated[Divider, Tag("‹divider›")]
    | Annotated[Spacer, Tag("‹spacer›")]
    | Annotated[Quote, Tag("‹quote›")]
    | Annotated[Signature, Tag("‹signature›")]
    | Annotated[Footer, Tag("‹footer›")],
    Discriminator(_kind_of, custom_error_type="block", custom_error_message=_UNKNOWN),
]


class Columns(Block):
    """Two columns of blocks, side by side where there is room and one below the other on a phone."""

    block: Literal["columns"]
    left: tuple[Inner, ...] = Field(default=(), max_length=MOST_IN_COLUMN)
    right: tuple[Inner, ...] = Field(default=(), max_length=MOST_IN_COLUMN)

    def written(self) -> Iterator[tuple[str, str]]:
        yield from written("left", self.left)
        yield from written("right", self.right)


def _inner_or_columns(given: Any) -> str:
    return "‹columns›" if _kind_of(given) == "‹columns›" else "‹inner›"


AnyBlock = Annotated[
    Annotated[Inner, Tag("‹inner›")] | Annotated[Columns, Tag("‹columns›")], Discriminator(_inner_or_columns)
]

Blocks = Annotated[tuple[AnyBlock, ...], Field(max_length=MOST_BLOCKS)]

_blocks: TypeAdapter[tuple[Block, ...]] = TypeAdapter(Blocks)


def read(given: Any) -> tuple[Block, ...]:
    """Blocks of plain values. Raises pydantic's ValidationError."""
    return _blocks.validate_python(given)


def dump(blocks: Iterable[Block]) -> list[dict[str, Any]]:
    """Blocks as plain values, as they stand in a document; what is as usual is left out."""
    return [one.model_dump(mode="json", exclude_unset=True) for one in blocks]


def written(place: str, blocks: Iterable[Block]) -> Iterator[tuple[str, str]]:
    """Every text in these blocks, with its place below `place`."""
    for index, one in enumerate(blocks):
        for field, text in one.written():
            yield f"{place}/{index}/{field}", text
