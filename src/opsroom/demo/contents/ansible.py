"""Ansible: playbooks and roles, with the roles and collections that they require."""

from opsroom.demo.catalogue import BACKUP_ROLE, HOST, SCRIPTS, Plot
from opsroom.demo.contents.everywhere import Releases, Tree

COLLECTIONS = "collections:\n  - name: community.general\n    version: 8.6.0\n"


def files(plot: Plot, step: int, releases: Releases) -> Tree:
    """Return a role when it is named one, else a playbook for all machines."""
    lint = {"requirements.txt": "ansible-core==2.15.4\nansible-lint==6.22.2\njinja2==3.1.3\n"}
    if plot.slug == BACKUP_ROLE:
        return {**lint, **_role(plot, step, releases)}
    roles = ""
    if BACKUP_ROLE in plot.needs:
        tag = releases(BACKUP_ROLE).tag
        roles = (
            f"roles:\n  - name: backup\n    src: https://{HOST}/{BACKUP_ROLE}.git\n"
            f"    scm: git\n    version: {tag}\n"
        )
    return {
        **lint,
        "site.yml": (
            "- name: Every machine\n  hosts: all\n  roles:\n    - role: base\n"
            f"      base_release: 0.{step}\n"
        ),
        "requirements.yml": f"{roles}{COLLECTIONS}",
        "inventory.ini": "[house]\nnas.home.arpa\npi4.home.arpa\n",
        "roles/base/tasks/main.yml": "- name: Git\n  ansible.builtin.package:\n    name: git\n",
    }


def _role(plot: Plot, step: int, releases: Releases) -> Tree:
    tag = releases(SCRIPTS).tag
    return {
        "meta/main.yml": (
            f"galaxy_info:\n  role_name: backup\n  author: kim\n  description: {plot.about}\n"
            '  license: MIT\n  min_ansible_version: "2.15"\ndependencies: []\n'
        ),
        "defaults/main.yml": f"backup_keep_daily: {7 + step % 3}\nbackup_release: 0.{step}\n",
        "files/requirements.txt": f"backup-scripts @ git+https://{HOST}/{SCRIPTS}@{tag}\n",
        "tasks/main.yml": (
            "- name: Scripts\n  ansible.builtin.pip:\n"
            "    requirements: /etc/backup/requirements.txt\n"
        ),
    }
