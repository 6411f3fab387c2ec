"""A page as a reader meets it: elements in order, and the text that can be seen or heard."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "img", "hr", "input"}
UNSEEN = {"style", "script", "head"}


@dataclass
class Element:
    """An element; `children` are elements and strings in order."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list = field(default_factory=list)

    def walk(self) -> Iterator["Element"]:
        """This element and all within it, in order."""
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def all(self, *tags: str) -> list["Element"]:
        return [element for element in self.walk() if element.tag in tags]

    def texts(self, skip: Callable[["Element"], bool] = lambda _: False) -> Iterator[str]:
        """Pieces of visible text, but for those within elements that `skip` is true of."""
        for child in self.children:
            if isinstance(child, str):
                if child.strip():
                    yield child.strip()
            elif child.tag not in UNSEEN and not skip(child):
                yield from child.texts(skip)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts()).split())


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("page")
        self.open = [self.root]

    def handle_starttag(self, tag, attrs):
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag):
        closed = self.open.pop()
        assert closed.tag == tag, f"<{closed.tag}> is closed by </{tag}>"

    def handle_data(self, data):
        self.open[-1].children.append(data)


def parse_page(html: str) -> Element:
    """The page's root; refuses elements that are not closed in order."""
    builder = _Builder()
    builder.feed(html)
    assert builder.open == [builder.root], "elements are left open"
    return builder.root


def find_page(page: Element, name: str) -> Element:
    """The part of a page with this id."""
    (found,) = [each for each in page.walk() if each.attributes.get("id") == name]
    return found
