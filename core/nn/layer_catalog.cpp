// SPDX-License-Identifier: Apache-2.0
#include "core/nn/layer_catalog.h"

#include "core/nn/dense_layer.h"
#include "core/nn/sketched_layer.h"

namespace rosler {

std::shared_ptr<const Layer> makeLayer(const LayerShape &shape)
{
    if (shape.rank == 0)
        return std::make_shared<DenseLayer>(shape);
    return std::make_shared<SketchedLayer>(shape);
}

} // namespace rosler
