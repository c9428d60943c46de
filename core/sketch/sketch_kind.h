// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace rosler {

/// How a sketched layer's factors are first drawn (method page, section 2).
enum class SketchKind {
    Gaussian,    ///< C and R^T with orthonormal columns, U = sigma I
    CurUniform,  ///< columns and rows of a Glorot matrix, drawn uniformly
    CurLeverage, ///< the same, drawn by leverage scores
};

/// How the input features that the first layer keeps are chosen.
enum class FeatureSampling {
    Uniform,
    Variance, ///< probability proportional to a feature's variance over a sample of the training set
    Leverage, ///< proportional to the leverage scores of the centred sample's top subspace
};

} // namespace rosler
