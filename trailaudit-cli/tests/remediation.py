"""Judges remediations by what others wrote: the parser and the service models of the AWS CLI, and a parser of HCL.

On standard input: {"commands": [[rule, [argument, ...]], ...], "terraform": {rule: text}}. Prints a line for everything
that is wrong. Nothing is sent: the call is stopped after its parameters were held against the service's model."""

import json
import os
import re
import sys

import hcl2
from awscli import clidriver

# What a person fills in. Everything else that stands in capitals is as good as any text.
FILLED_IN = {
    "ACCOUNT": "123456789012",
    "DAYS": "365",
}


def filled_in(argument):
    argument = re.sub(r"\b[A-Z_]+_ARN\b", "arn:aws:iam::123456789012:role/anything", argument)
    for placeholder, value in FILLED_IN.items():
        argument = re.sub(rf"\b{placeholder}\b", value, argument)
    return argument


class Asked(Exception):
    pass


def judge_instead_of_calling(self, service, operation, parameters, parsed_globals):
    client = self._session.create_client(
        service, region_name="us-east-1", aws_access_key_id="none", aws_secret_access_key="none"
    )
    model = client.meta.service_model.operation_model(operation)
    if model.input_shape is not None:
        report = VALIDATOR().validate(parameters, model.input_shape)
        if report.has_errors():
            raise ValueError(report.generate_report())
    # Whatever is a document has to be one.
    for name, value in parameters.items():
        if name.lower().endswith(("policy", "policydocument", "content")) and isinstance(value, str):
            json.loads(value)
    raise Asked


def validator():
    for package in ("awscli.botocore.validate", "botocore.validate"):
        try:
            return __import__(package, fromlist=["ParamValidator"]).ParamValidator
        except ImportError:
            continue
    raise SystemExit("the AWS CLI has no validator")


VALIDATOR = validator()


def wrong(driver, arguments):
    """What is wrong with one command, or nothing."""
    commands = driver._get_command_table()
    try:
        parsed, rest = driver._create_parser(commands).parse_known_args(arguments)
        commands[parsed.command](rest, parsed)
    except Asked:
        return None
    except SystemExit:
        return "its options are not those of the command"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "it calls nothing"


def main():
    os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    clidriver.CLIOperationCaller.invoke = judge_instead_of_calling
    given = json.load(sys.stdin)
    driver = clidriver.create_clidriver()
    for rule, arguments in given["commands"]:
        arguments = [filled_in(argument) for argument in arguments]
        told = wrong(driver, arguments)
        if told:
            print(f"{rule}: aws {' '.join(arguments)}: {told}")
    for rule, text in given["terraform"].items():
        try:
            blocks = hcl2.loads(text)
        except Exception as error:
            print(f"{rule}: {type(error).__name__}: {str(error).splitlines()[0]}")
            continue
        if not blocks.get("resource"):
            print(f"{rule}: no resource in {text}")


main()
