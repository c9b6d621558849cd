"""Make the README's pictures: `make screenshots`, with the demo running."""

from .browser import launched

SITE = "http://127.0.0.1:8000"
PICTURES = {
    "docs/compare.png": "/en/compare/?region=asia&region=mena&by=area",
    "docs/matrix.png": "/en/matrix/",
}


def main() -> None:
    with launched() as browser:
        context = browser.new_context(viewport={"width": 1280, "height": 860})
        page = context.new_page()
        for file, address in PICTURES.items():
            page.goto(SITE + address)
            page.screenshot(path=file)


if __name__ == "__main__":
    main()
