"""The issuer's signature over a certificate."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    pkcs12,
)
from cryptography.x509.oid import NameOID
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from certificates.printing import KeyUnusable, Signer, render

from .samples import design, facts

# The file, and the certificate as pyHanko takes it.
Keys = tuple[bytes, Any]


@pytest.fixture(scope="module")
def keys() -> Keys:
    """A PKCS#12 file whose passphrase is "open", and the certificate in it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Lectern Academy")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(17)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.KeyUsage(True, True, *[False] * 7), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = pkcs12.serialize_key_and_certificates(
        b"issuer", key, certificate, None, BestAvailableEncryption(b"open")
    )
    (trusted,) = load_certs_from_pemder_data(certificate.public_bytes(Encoding.PEM))
    return file, trusted


def test_a_signed_certificate_is_whole_and_may_not_change(
    keys: Keys,
) -> None:
    file, certificate = keys
    plain = render(design(), facts(), {})
    signed = render(design(), facts(), {}, signer=Signer.of(file, "open"))
    assert signed.startswith(plain)
    (signature,) = PdfFileReader(BytesIO(signed)).embedded_signatures
    status = looked_at(signature, certificate)
    assert status.bottom_line
    assert signature.docmdp_level == MDPPerm.NO_CHANGES


def looked_at(signature: Any, certificate: Any) -> Any:
    """What pyHanko finds, in a thread without an event loop: browser tests leave one in this."""
    trusted = ValidationContext(trust_roots=[certificate])
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(validate_pdf_signature, signature, trusted).result()


def test_one_other_byte_is_noticed(keys: Keys) -> None:
    file, certificate = keys
    signed = bytearray(render(design(), facts(), {}, signer=Signer.of(file, "open")))
    signed[signed.index(b"Lectern Academy")] ^= 1
    (signature,) = PdfFileReader(BytesIO(bytes(signed))).embedded_signatures
    status = looked_at(signature, certificate)
    assert not status.intact


@pytest.mark.parametrize("passphrase", ["shut", ""])
def test_another_passphrase_is_refused(keys: Keys, passphrase: str) -> None:
    with pytest.raises(KeyUnusable):
        Signer.of(keys[0], passphrase)


def test_a_file_that_is_none_is_refused() -> None:
    with pytest.raises(KeyUnusable):
        Signer.of(b"no key", "open")
