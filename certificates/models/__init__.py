"""What a certificate looks like, and which were given to whom."""

from certificates.models.designs import CertificateDesign
from certificates.models.issued import Certificate, CertificateEvidence, CertificateIssue

__all__ = ["Certificate", "CertificateDesign", "CertificateEvidence", "CertificateIssue"]
