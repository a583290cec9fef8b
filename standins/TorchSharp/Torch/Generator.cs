using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>A source of pseudo-random numbers.</summary>
    public class Generator : IDisposable
    {
        nint handle;

        public Generator(ulong seed = 0, Device device = null)
        {
            this.device = InitializeDevice(device);
            handle = Bridge.ts_generator_new(unchecked((long)seed));
        }

        Generator(nint handle)
        {
            device = CPU;
            this.handle = handle;
        }

        ~Generator() => Dispose(false);

        public IntPtr Handle => handle != 0 ? handle : throw new ObjectDisposedException(nameof(Generator));

        public Device device { get; }

        /// <summary>The process-wide generator, which operators use when they are given none.</summary>
        public static Generator Default => new(Bridge.ts_generator_default());

        public Generator manual_seed(long seed)
        {
            Bridge.ts_generator_set_seed(Handle, seed);
            return this;
        }

        /// <summary>Seeds from the system's randomness and returns the seed.</summary>
        public long seed() => Bridge.ts_generator_seed(Handle);

        public long initial_seed() => Bridge.ts_generator_initial_seed(Handle);

        public Tensor get_state()
        {
            Bridge.Check(Bridge.ts_generator_get_state(Handle, out var state));
            return new Tensor(state);
        }

        public void set_state(Tensor value)
        {
            Bridge.Check(Bridge.ts_generator_set_state(Handle, value.LiveHandle));
            GC.KeepAlive(value);
        }

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            var owned = Interlocked.Exchange(ref handle, 0);
            if (owned != 0)
                Bridge.ts_generator_delete(owned);
        }
    }

    public static Generator manual_seed(long seed)
    {
        Bridge.ts_manual_seed(seed);
        return Generator.Default;
    }

    public static long seed()
    {
        using var generator = Generator.Default;
        return generator.seed();
    }

    public static long initial_seed()
    {
        using var generator = Generator.Default;
        return generator.initial_seed();
    }

    public static Tensor get_rng_state()
    {
        using var generator = Generator.Default;
        return generator.get_state();
    }

    public static void set_rng_state(Tensor new_state)
    {
        using var generator = Generator.Default;
        generator.set_state(new_state);
    }

    public static class random
    {
        public static Generator manual_seed(long seed) => torch.manual_seed(seed);
        public static long seed() => torch.seed();
        public static long initial_seed() => torch.initial_seed();
        public static Tensor get_rng_state() => torch.get_rng_state();
        public static void set_rng_state(Tensor new_state) => torch.set_rng_state(new_state);
    }
}
