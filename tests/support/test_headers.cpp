// SPDX-License-Identifier: Apache-2.0
// Made for the headers that are precompiled with it (resources/cmake/RoslerTest.cmake).
