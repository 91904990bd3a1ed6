"""Treasury: income, spending and what can be paid, in whole thousands of dollars."""

from typing import ClassVar

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from fissure.model.effects import Effects, settled
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.settle.ground import Fought
from fissure.model.state import Organisation
from fissure.model.units_of_measure import WEEKS_A_MONTH

Scalar = Float[Array, ""]



class Treasury(eqx.Module):
    """Income is earned, needs are met in proportion as far as money goes, the rest is kept.

        tax = held residents x surplus x tax rate
        confiscation = seizures x tax + loot x residents of ground gained
        other = other x prestige                      (gifts, ransoms, antiquities)
        needs = pay by origin + war x fighters + services x held residents
        paid share = min(1, (treasury + income) / needs)

    Pay is `pay_local` for locals and `pay_local x pay_ratio` for foreigners, times the pay scale.
    Prestige: rise = news x share of ruled residents gained, fall = news x share lost.
    """

    title: ClassVar[str] = "Income, pay and prestige"

    pay_local: Scalar = parameter(
        "lognormal", 200, 500, "USD per month", "Base pay of locals was told as 200 to 400 dollars, plus allowances.",
        ("fighter-pay-local-2015-10-sohr",),
    )  # fmt: skip
    pay_ratio: Scalar = parameter(
        "lognormal", 1.3, 2.5, "ratio", "Foreigners were told to receive up to twice the pay of locals.", ("S1-08a",)
    )  # fmt: skip
    surplus: Scalar = parameter(
        "lognormal", 6, 25, "USD per resident and month",
        "Half of 80 million dollars a month from some 8 million residents in mid 2015 is 5 dollars a head; at a "
        "fifth to two fifths of surplus taken, households had 12 to 25.",
        ("revenue-2015-06-ihs",),
    )  # fmt: skip
    seizures: Scalar = parameter(
        "lognormal", 0.3, 2.0, "ratio to tax", "In the one provincial account known, 45% seizures against 24% taxes.",
        ("dez-revenue-share-confiscation-2015-01",),
    )  # fmt: skip
    loot: Scalar = parameter(
        "lognormal", 5, 60, "USD per resident of ground gained",
        "What a conquered town yields at once; Mosul's was told in hundreds of millions for 1.4 million residents.",
    )  # fmt: skip
    other: Scalar = parameter(
        "lognormal", 1_000, 12_000, "thousand USD per month", "Gifts, ransoms and antiquities: small in all accounts."
    )
    war: Scalar = parameter(
        "lognormal", 500, 3_000, "USD per fighter and month",
        "Arms, fuel, food, families, police and staff; 64% of the one known provincial budget went to war and "
        "security, and press accounts of a 1.75 billion dollar budget for 2015 would take 4,000 in all.",
        ("dez-expenditure-share-security-2015-01",),
    )  # fmt: skip
    services: Scalar = parameter(
        "lognormal", 0.5, 4.0, "USD per resident and month", "The small rest of the one known provincial budget."
    )
    news: Scalar = parameter(
        "lognormal", 1.0, 6.0, "per share of ruled residents", "How strongly gains and losses of ground move its fame."
    )
    renown: Scalar = parameter(
        "lognormal", 60, 400, "weeks", "Fame fades slowly without news."
    )

    def pay(self) -> Float[Array, "2"]:
        """Promised pay, local and foreign, dollars a month."""
        return jnp.stack([self.pay_local, self.pay_local * self.pay_ratio])

    def __call__(
        self, sensed: Sensed, sums: Effects, fought: Fought
    ) -> tuple[Organisation, Int[Array, "income"], Int[Array, "spending"]]:
        """Organisation after the week, income and spending by kind in thousand dollars."""
        org, residents = sensed.organisation, sensed.districts.residents
        month = 1.0 / (1000.0 * WEEKS_A_MONTH)  # dollars a month to thousand dollars a week
        tax = sensed.held_residents * self.surplus * org.tax_rate * month
        newly = jnp.floor(fought.gained * residents).sum()
        gone = jnp.floor(fought.lost * residents).sum()
        income = jnp.stack([
            sums.oil_income,
            sums.tax_income + tax,
            sums.confiscation_income + self.seizures * tax + self.loot * newly / 1000.0,
            sums.other_income + self.other * org.prestige / WEEKS_A_MONTH,
        ])  # fmt: skip
        income = jnp.floor(jnp.maximum(income, 0.0)).astype(jnp.int32)
        pay = self.pay() * org.pay_scale * sensed.fighters_of * month
        wanted = jnp.concatenate([
            pay, jnp.stack([self.war * sensed.total * month, self.services * sensed.held_residents * month])
        ])  # fmt: skip
        needs = wanted.sum()
        funds = org.treasury + income.sum()
        paid = jnp.minimum(1.0, funds / jnp.maximum(needs, 1.0))
        spending = jnp.floor(wanted * (paid * (1.0 - 1e-6))).astype(jnp.int32)  # rounding never overspends
        ruled = jnp.maximum(sensed.held_residents, 1e5)
        fade = 1.0 / self.renown
        after = Organisation(
            treasury=funds - spending.sum(),
            needs=needs,
            pay_scale=settled(org.pay_scale, sums.pay_scale_rise, sums.pay_scale_fall),
            paid_share=paid,
            tax_rate=settled(org.tax_rate, sums.tax_rate_rise, sums.tax_rate_fall),
            prestige=settled(
                org.prestige,
                sums.prestige_rise + self.news * newly / ruled,
                sums.prestige_fall + self.news * gone / ruled + fade,
            ),
        )
        return after, income, spending
