"""Treasury: income, spending and what can be paid, in whole thousands of dollars."""

from typing import ClassVar

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from fissure.constants import WEEKS_A_MONTH
from fissure.model.effects import Effects, settled
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.settle.ground import Fought

Scalar = Float[Array, ""]


class Balance(eqx.Module):
    """Money after a week, and what came in and went out by kind, in thousand dollars."""

    treasury: Int[Array, ""]
    needs: Scalar
    paid_share: Scalar
    pay_scale: Scalar
    tax_rate: Scalar
    income: Int[Array, " income"]
    spending: Int[Array, " spending"]


class Treasury(eqx.Module):
    """Income is earned, needs are met as far as money goes, the rest is kept.

        tax = taxed residents x surplus x tax rate x (1 - corruption); so is oil income
        taxed = held residents x presence x (1 - encircled) + residents reached from hiding x dread
        confiscation = seizures x tax + loot x residents of ground gained
        other = other x prestige                      (gifts, ransoms, antiquities)
        needs = pay by origin + war x fighters + services x held residents x what lifts their cost + wanted abroad
        projects = max(0, treasury - cushion x needs) / horizon  (works, arms, favours; never at the cost of needs)
        paid share = min(1, (treasury - taken + income) / needs)
        taken = treasury x share of fighters who leave with splinters

    Pay is `pay_local` for locals and `pay_local x pay_ratio` for foreigners, times the pay scale.
    """

    title: ClassVar[str] = "Income, pay and spending"

    pay_local: Scalar = parameter("USD per month", "Promised pay of a local fighter.")
    pay_ratio: Scalar = parameter("ratio", "Promised pay of a foreign fighter over that of a local.")
    surplus: Scalar = parameter("USD per resident and month", "Money a resident has beyond bare needs, before tax.")
    seizures: Scalar = parameter("ratio to tax", "Income from seizures over income from tax.")
    loot: Scalar = parameter("USD per resident of ground gained", "Money taken at once on newly gained ground.")
    other: Scalar = parameter("thousand USD per month", "Income from gifts, ransoms and antiquities at full prestige.")
    war: Scalar = parameter(
        "USD per fighter and month", "Spending on the war and on security for each fighter, beyond pay."
    )
    services: Scalar = parameter(
        "USD per resident and month", "Spending on public services that is wanted for each resident."
    )
    cushion: Scalar = parameter("weeks of needs", "Reserve that it wants: not spent on projects, and guarded by cuts.")
    horizon: Scalar = parameter("weeks", "Time over which idle money is spent on projects.")

    def pay(self) -> Float[Array, "2"]:
        """Promised pay, local and foreign, dollars a month."""
        return jnp.stack([self.pay_local, self.pay_local * self.pay_ratio])

    def __call__(self, sensed: Sensed, sums: Effects, fought: Fought) -> Balance:
        """Money after the week, with income and spending by kind in thousand dollars."""
        org, residents = sensed.organisation, sensed.districts.residents
        month = 1.0 / (1000.0 * WEEKS_A_MONTH)  # dollars a month to thousand dollars a week
        d = sensed.districts
        hidden = sensed.reached * (1.0 - sensed.exposed_ground) * d.dread
        taxed = jnp.floor(sensed.held * sensed.presence * (1.0 - fought.encircled) + d.residents * hidden)
        taxed = taxed.astype(jnp.int32).sum()
        kept = 1.0 - org.corruption
        tax = taxed * self.surplus * org.tax_rate * month * kept
        newly = jnp.floor(fought.gained * residents).sum()
        income = jnp.stack([
            sums.oil_income * kept,
            tax,
            self.seizures * tax + self.loot * newly / 1000.0,
            self.other * org.prestige / WEEKS_A_MONTH,
        ])  # fmt: skip
        income = jnp.floor(jnp.maximum(income, 0.0)).astype(jnp.int32)
        leave = jnp.floor((sums.split * sensed.strength).sum()) / jnp.maximum(sensed.total, 1.0)
        taken = jnp.floor(org.treasury * leave * (1.0 - 1e-6)).astype(jnp.int32)
        services = self.services * sensed.held_residents * jnp.exp(jnp.minimum(sums.services_cost_log, 3.0))
        wanted = jnp.concatenate([
            self.pay() * org.pay_scale * sensed.fighters_of * month,
            jnp.stack([self.war * sensed.total * month, services * month, sums.abroad + 0.0]),
        ])  # fmt: skip
        needs = wanted.sum()
        funds = org.treasury - taken + income.sum()
        paid = jnp.minimum(1.0, funds / jnp.maximum(needs, 1.0))
        projects = jnp.maximum(org.treasury - self.cushion * needs, 0.0) / jnp.maximum(self.horizon, 1.0)
        projects = jnp.minimum(projects, jnp.maximum(funds - needs, 0.0))
        wanted = jnp.append(wanted * paid, projects)
        spending = jnp.floor(wanted * (1.0 - 1e-6)).astype(jnp.int32)  # rounding never overspends
        return Balance(
            treasury=funds - spending.sum(),
            needs=needs,
            paid_share=paid,
            pay_scale=settled(org.pay_scale, sums.pay_scale_rise, sums.pay_scale_fall),
            tax_rate=settled(org.tax_rate, sums.tax_rate_rise, sums.tax_rate_fall),
            income=income,
            spending=jnp.append(spending, taken),
        )
