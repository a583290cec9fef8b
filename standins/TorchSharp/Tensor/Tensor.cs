using System.Runtime.CompilerServices;
using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>An n-dimensional array over native memory. Its dispose scope, or <see cref="Dispose()"/>, frees it;
    /// the finalizer is only the safety net.</summary>
    public partial class Tensor : IDisposable
    {
        static long totalCount;
        static long peakCount;

        nint handle;

        // Takes over one native reference.
        internal Tensor(nint handle)
        {
            this.handle = handle;
            long live = Interlocked.Increment(ref totalCount);
            // Racing threads may miss a peak by the few tensors of one race; the figure is for diagnosis.
            if (live > peakCount)
                peakCount = live;
            OwningScope = DisposeScopeManager.ThreadSingleton.Register(this);
        }

        ~Tensor() => Dispose(false);

        /// <summary>Tensors alive in the process.</summary>
        public static long TotalCount => Interlocked.Read(ref totalCount);

        /// <summary>The most tensors that were alive at one time.</summary>
        public static long PeakCount => Interlocked.Read(ref peakCount);

        internal DisposeScope OwningScope { get; set; }

        // Where the owning scope keeps this tensor.
        internal int ScopeSlot { get; set; }

        public bool IsInvalid => handle == 0;

        public IntPtr Handle => LiveHandle;

        internal nint LiveHandle
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => handle != 0 ? handle : ThrowEmpty();
        }

        // The real library's exception for a tensor that was disposed of.
        static nint ThrowEmpty() => throw new InvalidOperationException(
            "Tensor invalid -- empty handle. The tensor was disposed, perhaps by the dispose scope that it was made in.");

        public static Tensor UnsafeCreateTensor(IntPtr handle) => new(handle);

        /// <summary>Gives the native reference to the caller; the tensor is invalid from then on.</summary>
        public IntPtr DecoupleFromNativeHandle()
        {
            nint taken = Interlocked.Exchange(ref handle, 0);
            if (taken != 0)
                Forget();
            GC.SuppressFinalize(this);
            return taken;
        }

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            nint taken = Interlocked.Exchange(ref handle, 0);
            if (taken == 0)
                return;
            Bridge.ts_release(taken);
            if (disposing)
                Forget();
            else
                Interlocked.Decrement(ref totalCount);
        }

        void Forget()
        {
            Interlocked.Decrement(ref totalCount);
            if (OwningScope is { } scope)
                scope.MarkAsDisposed(this);
            else
                DisposeScopeManager.Statistics.DisposedOutsideScopeCount++;
        }

        public Tensor MoveToOuterDisposeScope()
        {
            OwningScope?.MoveToOuter(this);
            return this;
        }

        public Tensor MoveToOtherDisposeScope(Tensor other) => MoveToOtherDisposeScope(other.OwningScope);

        public Tensor MoveToOtherDisposeScope(DisposeScope other)
        {
            if (OwningScope is { } scope)
                scope.MoveToOther(other, this);
            else
                other?.Attach(this);
            return this;
        }

        public Tensor DetachFromDisposeScope()
        {
            OwningScope?.Detach(this);
            return this;
        }

        public Tensor DetatchFromDisposeScope() => DetachFromDisposeScope();
    }
}
