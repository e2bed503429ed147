"""What is said once of calls that have no meaning without MLflow's server."""

from trainer_hooks.integration.absent import Absences

_absences = Absences("trainer_hooks.mlflow")
say_once, nothing = _absences.say_once, _absences.nothing
