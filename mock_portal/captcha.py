"""验证码: the text and the picture (guide-1.2)."""

import secrets
from datetime import timedelta

from captcha.image import ColorTuple, ImageCaptcha
from PIL.Image import Image

# How long a captcha stays valid is not known (docs/mock-portal.md, assumed).
GOOD_FOR = timedelta(minutes=5)

LENGTH = 4
ALPHABET = "23456789ABCDEFGHJKNPQRSTUVXYZabcdefghjknpqrstuvxyz"  # without look-alikes


class SmallCaptcha(ImageCaptcha):
    """A picture of 64x24, as small as the portal's; the library's noise is toned down to fit."""

    lookup_table = [min(255, shade * 3) for shade in range(256)]  # noqa: RUF012 (as the library)
    character_offset_dx = (0, 1)
    character_offset_dy = (0, 1)
    character_rotate = (-10, 10)
    word_space_probability = 1.0
    word_offset_dx = 0.05

    @staticmethod
    def create_noise_dots(
        image: Image, color: ColorTuple, width: int = 1, number: int = 8
    ) -> Image:
        """Put a few fine dots over the letters."""
        return ImageCaptcha.create_noise_dots(image, color, width, number)


def new_text() -> str:
    """Choose four characters at random."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def picture(text: str) -> bytes:
    """Draw the text as a JPEG."""
    drawing = SmallCaptcha(width=64, height=24, font_sizes=(17, 19))
    return drawing.generate(text, format="jpeg", fg_color=(20, 60, 140, 255)).getvalue()


def matches(typed: str, text: str, *, case_matters: bool) -> bool:
    """Tell whether the typed text matches the text of the picture."""
    return typed == text or (not case_matters and typed.casefold() == text.casefold())
