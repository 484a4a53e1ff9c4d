"""A signature of the issuer over the whole file: PAdES, and no change is allowed after it."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pyhanko.sign.signers import SimpleSigner


class KeyUnusable(Exception):
    """The file is no PKCS#12 file with a key and its certificate, or the passphrase is wrong."""


class Signer:
    """A key with its certificate. Made once for a process and used for every file."""

    def __init__(self, signer: "SimpleSigner") -> None:
        self._signer = signer

    @classmethod
    def of(cls, pkcs12: bytes, passphrase: str) -> Self:
        """From the bytes of a PKCS#12 file; raises KeyUnusable."""
        # pyHanko takes longer to import than a page to print, and most sites have no key.
        from pyhanko.sign.signers import SimpleSigner

        try:
            signer = SimpleSigner.load_pkcs12_data(pkcs12, [], passphrase.encode())
        except ValueError as error:
            raise KeyUnusable(str(error)) from error
        if signer is None:
            raise KeyUnusable("no key in this file, or another passphrase")
        return cls(signer)

    def signed(self, pdf: bytes) -> bytes:
        """The file with the signature added to its end; its own bytes stay as they are."""
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
        from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner

        how = PdfSignatureMetadata(
            field_name="Issuer",
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
        )
        output, signer = BytesIO(), PdfSigner(how, self._signer)
        # pyHanko begins an event loop of its own, which fails in a thread where one runs already.
        with ThreadPoolExecutor(1) as thread:
            writer = IncrementalPdfFileWriter(BytesIO(pdf))
            thread.submit(signer.sign_pdf, writer, output=output).result()
        return output.getvalue()
