using System.Globalization;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Where a tensor's memory lives. The stand-in computes on the CPU only; other devices can be named, not used.</summary>
    public class Device
    {
        public Device(DeviceType deviceType, int index = -1)
        {
            type = deviceType;
            this.index = index;
        }

        public Device(string deviceType, int index = -1) : this(ParseType(deviceType), index) { }

        public Device(int index) : this(DeviceType.CUDA, index) { }

        /// <summary>A device from "cpu", "cuda" or "cuda:1".</summary>
        public Device(string description)
        {
            int colon = description.IndexOf(':');
            type = ParseType(colon < 0 ? description : description[..colon]);
            index = colon < 0 ? -1 : int.Parse(description.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture);
        }

        public DeviceType type { get; }

        public int index { get; }

        public static implicit operator Device(string description) => new(description);

        public override string ToString()
        {
            string name = type.ToString().ToLowerInvariant();
            return index < 0 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}:{index}");
        }

        static DeviceType ParseType(string name) => name.ToLowerInvariant() switch
        {
            "cpu" => DeviceType.CPU,
            "cuda" => DeviceType.CUDA,
            "mps" => DeviceType.MPS,
            "meta" => DeviceType.META,
            _ => throw new ArgumentException($"Expected a device such as 'cpu' or 'cuda:0', found '{name}'."),
        };
    }

    public static readonly Device CPU = new(DeviceType.CPU);
    public static readonly Device META = new(DeviceType.META);

    public static Device CUDA => new(DeviceType.CUDA);
    public static Device MPS => new(DeviceType.MPS);

    static Device defaultDevice = CPU;

    public static Device device(string description) => new(description);
    public static Device device(string deviceType, int index = -1) => new(deviceType, index);
    public static Device device(DeviceType deviceType, int index = -1) => new(deviceType, index);
    public static Device device(int index) => new(index);

    public static Device get_default_device() => defaultDevice;
    public static void set_default_device(Device device) => defaultDevice = InitializeDevice(device);
    public static void set_default_device(string device) => set_default_device(new Device(device));

    /// <summary>Makes sure that a device can be used; null means the default one.</summary>
    /// <exception cref="NotSupportedException">The device is not the CPU.</exception>
    public static Device InitializeDevice(Device device)
    {
        device ??= defaultDevice;
        InitializeDeviceType(device.type);
        return device;
    }

    public static void InitializeDeviceType(DeviceType deviceType)
    {
        if (!TryInitializeDeviceType(deviceType))
            throw new NotSupportedException($"Expected the CPU, found {deviceType}: this build runs on TorchSharp's CPU stand-in. " +
                "For a GPU install the packages TorchSharp and TorchSharp-cuda-linux or TorchSharp-cuda-windows.");
    }

    public static bool TryInitializeDeviceType(DeviceType deviceType) => deviceType is DeviceType.CPU or DeviceType.META;

    public static bool cuda_is_available() => false;
    public static bool mps_is_available() => false;

    public static class cuda
    {
        public static bool is_available() => false;
        public static bool is_cudnn_available() => false;
        public static int device_count() => 0;

        // Seeding devices that do not exist changes nothing; the real library allows it too.
        public static void manual_seed(long seed) { }
        public static void manual_seed_all(long seed) { }

        public static void synchronize(Device device = null) => InitializeDevice(device ?? CUDA);
    }
}
