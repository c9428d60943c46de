// SPDX-License-Identifier: Apache-2.0
#include "core/data/synthetic/digit_forms.h"

#include <array>

#include "core/base/contract.h"

namespace rosler {

namespace {

constexpr PenPoint down(float x, float y)
{
    return {x, y, PenPoint::Kind::Down};
}

constexpr PenPoint to(float x, float y)
{
    return {x, y, PenPoint::Kind::Smooth};
}

constexpr PenPoint turn(float x, float y)
{
    return {x, y, PenPoint::Kind::Corner};
}

using Forms = std::vector<DigitForm>;

Forms zeros()
{
    const DigitForm round {down(.57F, .02F), to(.25F, .15F), to(.12F, .52F), to(.27F, .88F), to(.55F, .97F),
                           to(.82F, .74F),   to(.85F, .34F), to(.66F, .05F), to(.42F, .04F)};
    const DigitForm narrow {down(.56F, .02F), to(.35F, .22F), to(.27F, .58F), to(.38F, .92F), to(.54F, .95F),
                            to(.68F, .7F),    to(.7F, .32F),  to(.58F, .04F), to(.42F, .1F)};
    const DigitForm looped {down(.74F, .12F), to(.44F, .03F), to(.17F, .34F), to(.2F, .78F), to(.48F, .97F),
                            to(.77F, .79F),   to(.82F, .4F),  to(.62F, .07F), to(.34F, .08F)};
    return {round, narrow, looped, round};
}

Forms ones()
{
    const DigitForm straight {down(.5F, .02F), to(.5F, .5F), to(.5F, .98F)};
    const DigitForm flagged {down(.33F, .24F), to(.44F, .13F), turn(.53F, .02F), to(.53F, .5F),
                             to(.53F, .98F)};
    const DigitForm based {down(.3F, .22F), to(.42F, .13F),   turn(.52F, .02F), to(.52F, .5F),
                           to(.52F, .96F),  down(.27F, .97F), to(.5F, .96F),    to(.77F, .97F)};
    return {straight, straight, straight, flagged, flagged, based};
}

Forms twos()
{
    const DigitForm angular {down(.18F, .26F), to(.3F, .08F),  to(.55F, .02F),
                             to(.78F, .16F),   to(.77F, .38F), to(.54F, .66F),
                             turn(.16F, .96F), to(.5F, .94F),  to(.87F, .96F)};
    const DigitForm looped {down(.2F, .2F), to(.42F, .03F), to(.7F, .1F),  to(.76F, .33F),
                            to(.58F, .63F), to(.3F, .9F),   to(.14F, .9F), to(.17F, .76F),
                            to(.36F, .78F), to(.6F, .93F),  to(.9F, .88F)};
    const DigitForm wavy {down(.22F, .17F), to(.5F, .02F),  to(.76F, .16F), to(.7F, .42F), to(.42F, .72F),
                          turn(.2F, .92F),  to(.42F, .85F), to(.62F, .95F), to(.84F, .93F)};
    return {angular, looped, looped, wavy};
}

Forms threes()
{
    const DigitForm round {down(.2F, .14F), to(.46F, .02F), to(.74F, .14F), to(.7F, .36F), turn(.4F, .47F),
                           to(.7F, .55F),   to(.81F, .78F), to(.54F, .97F), to(.17F, .88F)};
    const DigitForm flat {down(.2F, .05F), to(.5F, .05F), turn(.79F, .05F), to(.6F, .24F), turn(.43F, .41F),
                          to(.72F, .5F),   to(.8F, .76F), to(.53F, .97F),   to(.18F, .87F)};
    const DigitForm flowing {down(.25F, .1F), to(.52F, .02F), to(.72F, .17F), to(.62F, .38F), to(.42F, .46F),
                             to(.47F, .5F),   to(.7F, .58F),  to(.74F, .82F), to(.46F, .98F), to(.2F, .9F)};
    return {round, round, flat, flowing};
}

Forms fours()
{
    const DigitForm open {down(.27F, .04F), to(.22F, .3F),    turn(.16F, .56F), to(.5F, .57F),
                          to(.87F, .53F),   down(.72F, .05F), to(.68F, .5F),    to(.65F, .98F)};
    const DigitForm closed {down(.66F, .98F), to(.66F, .5F), turn(.66F, .02F), to(.38F, .36F),
                            turn(.1F, .66F),  to(.5F, .67F), to(.9F, .65F)};
    const DigitForm curved {down(.22F, .06F), to(.18F, .36F), to(.34F, .53F), to(.6F, .47F), to(.74F, .36F),
                            down(.78F, .04F), to(.72F, .4F),  to(.64F, .7F),  to(.6F, .98F)};
    const DigitForm oneStroke {down(.24F, .07F), to(.2F, .35F), to(.35F, .5F), to(.6F, .46F),
                               turn(.76F, .06F), to(.7F, .5F),  to(.66F, .97F)};
    return {open, open, closed, curved, oneStroke};
}

Forms fives()
{
    const DigitForm oneStroke {down(.8F, .05F),  to(.54F, .05F), turn(.3F, .06F),
                               turn(.26F, .43F), to(.54F, .37F), to(.8F, .53F),
                               to(.78F, .82F),   to(.5F, .97F),  to(.16F, .89F)};
    const DigitForm capped {down(.31F, .08F), turn(.27F, .42F), to(.52F, .38F), to(.77F, .54F),
                            to(.76F, .82F),   to(.48F, .97F),   to(.18F, .89F), down(.3F, .07F),
                            to(.56F, .06F),   to(.84F, .03F)};
    const DigitForm flowing {down(.82F, .06F), to(.55F, .04F), to(.38F, .12F), to(.33F, .34F), to(.5F, .44F),
                             to(.72F, .6F),    to(.66F, .88F), to(.42F, .97F), to(.2F, .88F)};
    return {oneStroke, capped, flowing};
}

Forms sixes()
{
    const DigitForm round {down(.7F, .04F), to(.42F, .2F), to(.22F, .54F), to(.25F, .86F), to(.5F, .97F),
                           to(.76F, .83F),  to(.73F, .6F), to(.5F, .52F),  to(.25F, .7F)};
    const DigitForm straight {down(.55F, .02F), to(.38F, .3F),  to(.27F, .62F), to(.3F, .88F), to(.52F, .98F),
                              to(.7F, .84F),    to(.64F, .66F), to(.46F, .64F), to(.3F, .8F)};
    const DigitForm curled {down(.76F, .12F), to(.55F, .03F), to(.3F, .22F),  to(.2F, .58F), to(.3F, .9F),
                            to(.56F, .97F),   to(.79F, .78F), to(.66F, .56F), to(.4F, .58F), to(.25F, .78F)};
    return {round, straight, curled};
}

Forms sevens()
{
    const DigitForm plain {down(.15F, .07F), to(.48F, .06F), turn(.82F, .05F), to(.6F, .46F), to(.42F, .98F)};
    const DigitForm barred {down(.15F, .07F), to(.48F, .06F),  turn(.82F, .05F), to(.6F, .46F),
                            to(.42F, .98F),   down(.33F, .5F), to(.55F, .49F),   to(.78F, .47F)};
    const DigitForm hooked {down(.17F, .22F), turn(.2F, .07F), to(.5F, .08F),
                            turn(.82F, .06F), to(.66F, .4F),   to(.56F, .98F)};
    const DigitForm bent {down(.16F, .13F), to(.4F, .06F), to(.68F, .06F),
                          to(.78F, .16F),   to(.64F, .5F), to(.48F, .97F)};
    return {plain, plain, barred, hooked, bent};
}

Forms eights()
{
    const DigitForm crossed {down(.72F, .13F), to(.5F, .02F), to(.26F, .14F), to(.33F, .37F), to(.55F, .5F),
                             to(.77F, .71F),   to(.7F, .92F), to(.47F, .98F), to(.23F, .86F), to(.27F, .66F),
                             to(.5F, .48F),    to(.72F, .3F), to(.74F, .14F), to(.6F, .04F)};
    const DigitForm stacked {down(.52F, .03F), to(.3F, .12F),  to(.31F, .36F), to(.52F, .46F),
                             to(.71F, .34F),   to(.7F, .12F),  to(.5F, .03F),  down(.5F, .47F),
                             to(.26F, .6F),    to(.24F, .85F), to(.5F, .97F),  to(.77F, .84F),
                             to(.74F, .6F),    to(.5F, .47F)};
    const DigitForm fromTheRight {down(.78F, .06F), to(.5F, .28F),  to(.33F, .52F), to(.24F, .8F),
                                  to(.42F, .97F),   to(.62F, .84F), to(.6F, .6F),   to(.4F, .38F),
                                  to(.3F, .18F),    to(.46F, .03F), to(.7F, .1F)};
    return {crossed, crossed, stacked, fromTheRight};
}

Forms nines()
{
    const DigitForm straight {down(.76F, .14F), to(.52F, .02F), to(.25F, .14F),
                              to(.22F, .4F),    to(.46F, .51F), to(.7F, .36F),
                              turn(.77F, .1F),  to(.75F, .5F),  to(.7F, .98F)};
    const DigitForm curved {down(.72F, .1F), to(.48F, .02F), to(.23F, .2F), to(.28F, .44F), to(.54F, .48F),
                            to(.76F, .26F),  to(.79F, .45F), to(.72F, .8F), to(.48F, .97F), to(.2F, .88F)};
    const DigitForm slanted {down(.68F, .08F), to(.45F, .03F), to(.28F, .22F), to(.36F, .42F),
                             to(.58F, .38F),   to(.74F, .1F),  to(.66F, .44F), to(.5F, .98F)};
    return {straight, straight, curved, slanted};
}

} // namespace

const std::vector<DigitForm> &formsOfDigit(unsigned digit)
{
    static const std::array<Forms, 10> all {zeros(), ones(),  twos(),   threes(), fours(),
                                            fives(), sixes(), sevens(), eights(), nines()};
    ROSLER_EXPECTS(digit < all.size());
    return all[digit];
}

} // namespace rosler
