from tests.operations.hosts.worlds import hub as hub
