// SPDX-License-Identifier: Apache-2.0
#include "device_link/firmware/boards/common/board.h"
#include "device_link/firmware/rsl_device.h"

int main(void)
{
    static rsl_device device;
    rsl_device_start(&device, rsl_board_start());
    rsl_device_run(&device);
}
