"""A stand-in for SageMaker's API: it knows the model packages of one group, and keeps to Amazon's own description.

Each request and each answer is held against the model of the service that botocore has, and each signature against what
botocore signs; a fault of either side fails the test.
"""

import gzip
import json
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from aiohttp import web

GROUP, REGION, ACCOUNT = "ranking", "eu-central-1", "123456789012"
ID, SECRET, SESSION = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "FwoGZXIvYXdzE"
ROLE = f"arn:aws:sts::{ACCOUNT}:assumed-role/Trainer"


@cache
def description() -> Any:
    """The model of the service; loaded where it is used, since every process collects this file."""
    import botocore
    from botocore.model import ServiceModel

    (file,) = Path(botocore.__file__).parent.glob("data/sagemaker/*/service-2.json.gz")
    return ServiceModel(json.loads(gzip.decompress(file.read_bytes())))


def check(operation: str, side: str, document: Any) -> None:
    """Hold a request (`input`) or an answer (`output`) against the description. Raises if it isn't so."""
    from botocore.validate import ParamValidator

    shape = getattr(description().operation_model(operation), f"{side}_shape")
    report = ParamValidator().validate(document, shape)
    if report.has_errors():
        raise AssertionError(f"{operation} {side}: {report.generate_report()}")
    if extra := set(document) - set(shape.members):
        raise AssertionError(f"{operation} {side}: {extra}")


def authorization(request: web.Request, body: bytes) -> str:
    """What botocore signs this request with, at the time that it says."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    names = re.search(r"SignedHeaders=([^,]+)", request.headers["Authorization"])
    assert names
    headers = {name: request.headers[name] for name in names[1].split(";")}
    theirs = AWSRequest("POST", str(request.url), headers=headers, data=body)
    theirs.context["timestamp"] = request.headers["X-Amz-Date"]
    auth = SigV4Auth(Credentials(ID, SECRET), "sagemaker", REGION)
    string = auth.string_to_sign(theirs, auth.canonical_request(theirs))
    scope = f"Credential={auth.scope(theirs)}, SignedHeaders={names[1]}"
    return f"AWS4-HMAC-SHA256 {scope}, Signature={auth.signature(string, theirs)}"


@dataclass
class SageMakerServer:
    """`fault` is an answer to give instead: status, kind of error and text."""

    packages: list[dict[str, Any]] = field(default_factory=list)
    fault: tuple[int, str, str] | None = None
    per_page: int = 100
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    session: str | None = None
    """The token of the last call."""

    def register(self, **about: Any) -> str:
        """Register a version, as a training pipeline does."""
        number = len(self.packages) + 1
        container = {
            "Image": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/ranking:1",
            "ImageDigest": f"sha256:{number:064x}",
            "ModelDataUrl": f"s3://models/{number}/model.tar.gz",
            "ModelDataETag": f"etag-{number}",
        }
        by = {"IamIdentity": {"Arn": f"{ROLE}/ada@northwind.example", "PrincipalId": "AROA:ada"}}
        specification = {
            "Containers": [container],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        }
        package = {
            "ModelPackageName": f"{GROUP}/{number}",
            "ModelPackageGroupName": GROUP,
            "ModelPackageVersion": number,
            "ModelPackageArn": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model-package/{GROUP}/{number}",
            "CreationTime": 1_770_000_000 + number,
            "InferenceSpecification": specification,
            "ModelPackageStatus": "Completed",
            "ModelPackageStatusDetails": {"ValidationStatuses": []},
            "ModelApprovalStatus": "PendingManualApproval",
            "CreatedBy": by,
            "CustomerMetadataProperties": {"ndcg": "0.9"},
            "ModelCard": {
                "ModelCardContent": json.dumps(
                    {"intended_uses": {"purpose": "rank"}, "evaluation_details": []}
                ),
                "ModelCardStatus": "Approved",
            },
        }
        self.packages.append({**package, **about})
        return str(number)

    def package(self, version: str) -> dict[str, Any]:
        return self.packages[int(version) - 1]

    def container(self, version: str) -> dict[str, Any]:
        found: dict[str, Any] = self.package(version)["InferenceSpecification"]["Containers"][0]
        return found

    @property
    def approved(self) -> list[int]:
        return [
            one["ModelPackageVersion"] for one in self.packages if one["ModelApprovalStatus"] == "Approved"
        ]

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/", self._answer)
        return app

    async def _answer(self, request: web.Request) -> web.Response:
        try:
            return await self._checked(request)
        except Exception as problem:
            self.problems.append(str(problem))
            raise

    async def _checked(self, request: web.Request) -> web.Response:
        body = await request.read()
        operation = request.headers["X-Amz-Target"].removeprefix("SageMaker.")
        asked = json.loads(body)
        check(operation, "input", asked)
        self.calls.append((operation, asked))
        self.session = request.headers.get("X-Amz-Security-Token")
        if self.fault:
            status, kind, text = self.fault
            said = json.dumps({"__type": kind, "message": text}) if kind else text
            return web.Response(text=said, status=status)
        signed = request.headers["Authorization"]
        if signed.partition(" Credential=")[2].partition("/")[0] != ID or not signed.endswith(
            authorization(request, body).rpartition("Signature=")[2]
        ):
            return self._error("InvalidSignatureException")
        answer = getattr(self, f"_{operation}")(asked)
        if answer is None:
            return self._error("ValidationException")
        check(operation, "output", answer)
        return web.json_response(answer, content_type="application/x-amz-json-1.1")

    def _error(self, kind: str) -> web.Response:
        return web.json_response({"__type": kind, "message": "no"}, status=400)

    def _ListModelPackages(self, asked: dict[str, Any]) -> dict[str, Any] | None:
        if asked["ModelPackageGroupName"] != GROUP:
            return None
        wanted = asked.get("ModelApprovalStatus")
        found = [one for one in reversed(self.packages) if wanted in (None, one["ModelApprovalStatus"])]
        start = int(asked.get("NextToken", 0))
        names = ("ModelPackageArn", "ModelPackageGroupName", "ModelPackageVersion", "CreationTime")
        page = found[start : start + self.per_page]
        listed = [
            {name: one[name] for name in (*names, "ModelPackageStatus", "ModelApprovalStatus")}
            for one in page
        ]
        following = {"NextToken": str(start + self.per_page)} if len(found) > start + self.per_page else {}
        return {"ModelPackageSummaryList": listed, **following}

    def _DescribeModelPackage(self, asked: dict[str, Any]) -> dict[str, Any] | None:
        return next(
            (one for one in self.packages if one["ModelPackageArn"] == asked["ModelPackageName"]), None
        )

    def _UpdateModelPackage(self, asked: dict[str, Any]) -> dict[str, Any] | None:
        found = self._DescribeModelPackage({"ModelPackageName": asked["ModelPackageArn"]})
        if found is None:
            return None
        found.update(asked)
        return {"ModelPackageArn": asked["ModelPackageArn"]}
