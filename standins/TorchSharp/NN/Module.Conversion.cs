using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            /// <summary>The device and type that a layer's new parameters get when its factory was given none.</summary>
            protected static (Device device, ScalarType dtype) GetDefaultDeviceAndType(Device device = null, ScalarType? dtype = default) =>
                (device ?? get_default_device(), dtype ?? get_default_dtype());

            protected internal virtual Module _to(Device device, ScalarType dtype, bool non_blocking)
            {
                _toEpilog(device, dtype, non_blocking);
                return this;
            }

            protected internal virtual Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking)
            {
                _toEpilog(deviceType, deviceIndex, non_blocking);
                return this;
            }

            protected internal virtual Module _to(ScalarType dtype, bool non_blocking)
            {
                _toEpilog(dtype, non_blocking);
                return this;
            }

            public Module _to(Tensor other, bool non_blocking) => _to(other.device, other.dtype, non_blocking);

            protected void _toEpilog(ScalarType dtype, bool non_blocking)
            {
                foreach (var child in children()) child._to(dtype, non_blocking);
                ConvertOwnTensors(null, dtype, non_blocking);
            }

            protected void _toEpilog(Device device, ScalarType dtype, bool non_blocking)
            {
                foreach (var child in children()) child._to(device, dtype, non_blocking);
                ConvertOwnTensors(device, dtype, non_blocking);
            }

            protected void _toEpilog(DeviceType deviceType, int deviceIndex, bool non_blocking)
            {
                foreach (var child in children()) child._to(deviceType, deviceIndex, non_blocking);
                ConvertOwnTensors(new Device(deviceType, deviceIndex), null, non_blocking);
            }

            private void ConvertOwnTensors(Device device, ScalarType? dtype, bool nonBlocking)
            {
                foreach (var parameter in _internal_params.values())
                {
                    if (parameter is null) continue;
                    Convert(parameter, device, dtype, nonBlocking);
                    using var gradient = parameter.grad;
                    if (gradient is not null) Convert(gradient, device, dtype, nonBlocking);
                }

                foreach (var (buffer, _) in _internal_buffers.values())
                    if (buffer is not null) Convert(buffer, device, dtype, nonBlocking);
            }

            // The tensor object stays and only its storage is replaced, so that fields, registrations and an optimizer that already holds
            // the parameter all keep pointing at it. Integers (batch counters, index tables) move but keep their type.
            private static void Convert(Tensor tensor, Device device, ScalarType? dtype, bool nonBlocking)
            {
                var type = dtype is { } wanted && (tensor.is_floating_point() || tensor.is_complex()) ? wanted : tensor.dtype;
                device ??= tensor.device;
                if (type == tensor.dtype && device.type == tensor.device_type && device.index == tensor.device.index) return;
                using var _ = no_grad();
                using var moved = tensor.to(type, device, non_blocking: nonBlocking);
                Bridge.Check(Bridge.ts_set_data(tensor.LiveHandle, moved.LiveHandle));
                GC.KeepAlive(tensor);
            }
        }
    }
}
