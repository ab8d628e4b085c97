# Tout se fait avec Python (3.11 ou plus récent), pip, git et make ; uv est utilisé s'il est présent.
# Un autre Python : make test PYTHON=python3.12

PYTHON ?= python3
ENTREES ?= inputs
SORTIES ?= outputs
CORPUS ?= ../shared/corpus
VENV := .venv
BIN := $(VENV)/bin
BENCH_VENV := .venv-bench
TEST_TOOLS := -e '.[test]'
DEV_TOOLS := -e '.[test,dev]'
NAMES := $(subst /,_,$(PYTHON))
# Un témoin par interpréteur : changer PYTHON, pyproject.toml ou constraints.txt refait l'installation.
READY := $(VENV)/.pret-$(NAMES)
READY_DEV := $(VENV)/.pret-dev-$(NAMES)

.DEFAULT_GOAL := help
.PHONY: help demo run test test-long check lint docs bench bench-long corpus clean

help: ## affiche cette aide
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 18

demo: $(READY) ## consolide la campagne d'exemple d'octobre 2010 dans outputs/demo
	@$(BIN)/poles run --entrees examples/octobre-2010 --sorties outputs/demo --au 2010-11-30
	@echo "À ouvrir : outputs/demo/budget-consolide.xlsx (finances), puis outputs/demo/suivi.xlsx (suivi des Pays, dépôts, constats)"

run: $(READY) ## consolide les classeurs déposés dans inputs/
	@$(BIN)/poles run --entrees $(ENTREES) --sorties $(SORTIES)

test: $(READY) ## lance les tests
	@$(BIN)/python -m pytest -n auto --dist loadfile -m "not long"

test-long: $(READY) ## lance aussi les tests de plusieurs minutes
	@$(BIN)/python -m pytest

check: lint test ## forme, types et couches, puis les tests

lint: $(READY_DEV)
	@$(BIN)/ruff format --check --quiet --output-format concise . || { echo "Mise en forme à refaire : $(BIN)/ruff format ."; exit 1; }
	@$(BIN)/ruff check --quiet --output-format concise .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo --no-cache

docs: $(READY) ## refait les pages produites à partir des schémas
	@$(BIN)/python docs/generer.py
	@$(BIN)/python -m tests.lecture

bench: $(READY) $(BENCH_VENV)/.pret ## mesure les temps face à un script pandas + openpyxl, et refait docs/performances.md
	@$(BIN)/python benchmarks/run.py --pandas $(BENCH_VENV)/bin/python --page docs/performances.md

bench-long: $(READY) $(BENCH_VENV)/.pret ## les mêmes mesures, jusqu'à cent mille classeurs (vingt minutes, 3 Go de mémoire, 10 Go de disque)
	@$(BIN)/python benchmarks/run.py --pandas $(BENCH_VENV)/bin/python --page docs/performances.md --tailles 21 1000 10000 100000

corpus: $(READY) ## relit un corpus de classeurs réels et hostiles, s'il est présent (CORPUS=dossier)
	@$(BIN)/python -m tests.corpus $(CORPUS)

clean: ## retire les environnements et les caches (jamais inputs/ ni outputs/)
	rm -rf $(VENV) $(BENCH_VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -not -path './inputs/*' -not -path './outputs/*' -prune -exec rm -rf {} +

$(READY): pyproject.toml constraints.txt
	@$(call new_venv,$(VENV))
	@$(call install,$(VENV),-c constraints.txt $(TEST_TOOLS))
	@touch $@

$(READY_DEV): $(READY)
	@$(call install,$(VENV),-c constraints.txt $(DEV_TOOLS))
	@touch $@

$(BENCH_VENV)/.pret: benchmarks/requirements.txt
	@$(call new_venv,$(BENCH_VENV))
	@$(call install,$(BENCH_VENV),-r benchmarks/requirements.txt)
	@touch $@

# uv va plus vite ; s'il manque ou échoue, pip fait la même chose.
define new_venv
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
  || { echo "Il faut Python 3.11 ou plus récent, par exemple : make PYTHON=python3.12"; exit 1; }; \
echo "Installation dans $(1) (une à deux minutes, une seule fois)…"; \
rm -rf $(1) && $(PYTHON) -m venv $(1)
endef
define install
{ command -v uv >/dev/null 2>&1 && uv pip install --quiet --python $(1)/bin/python $(2) 2>/dev/null; } \
  || $(1)/bin/python -m pip install --quiet --disable-pip-version-check --no-input $(2)
endef
