// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/example_shape.h"
#include "core/base/result.h"
#include "core/experiment/experiment_spec.h"

namespace rosler {

/// @p spec with the number of epochs that its budget gives each model on data of this shape.
///
/// At equal epochs nothing changes. At equal training FLOPs the first model's, over its epochs and as
/// executed (TrialCost::trainFlops), are what each other model may take: it gets the whole number of epochs,
/// at least 1, whose FLOPs come nearest. A model that has epochs of its own keeps them: of a run that goes on
/// they are known already, and the first model need not be there.
/// @param trainExamples  examples in the training set, of which the spec may hold some out
/// @return the errors of costOf()
[[nodiscard]] Result<ExperimentSpec> withinBudget(ExperimentSpec spec, const ExampleShape &example,
                                                  Index classes, Index trainExamples);

/// Passes and budget as a person sets them: what they came to for single models before is forgotten.
void setEpochs(ExperimentSpec &spec, Index epochs);
void setBudget(ExperimentSpec &spec, BudgetKind budget);

} // namespace rosler
