namespace TorchSharp
{
    /// <summary>Owns the tensors made while it is the innermost scope of its thread, and disposes of them when it is disposed.</summary>
    public sealed class DisposeScope : IDisposable
    {
        readonly DisposeScopeManager manager;

        // Each tensor knows its slot, so that leaving the scope costs the same whatever the scope holds.
        readonly List<IDisposable> owned = [];

        internal DisposeScope(DisposeScopeManager manager) => this.manager = manager;

        internal DisposeScope OuterScope { get; set; }

        public IReadOnlyList<IDisposable> DisposablesView => [.. owned];

        public int DisposablesCount => owned.Count;

        public bool Contains(IDisposable disposable) => SlotOf(disposable) >= 0;

        internal void Add(IDisposable disposable)
        {
            if (disposable is torch.Tensor tensor)
                tensor.ScopeSlot = owned.Count;
            owned.Add(disposable);
        }

        public T MoveToOuter<T>(T disposable) where T : IDisposable
        {
            Move(disposable, OuterScope);
            return disposable;
        }

        public (T1 first, T2 second) MoveToOuter<T1, T2>(T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable =>
            (MoveToOuter(first), MoveToOuter(second));

        public (T1 first, T2 second, T3 third) MoveToOuter<T1, T2, T3>(T1 first, T2 second, T3 third)
            where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable =>
            (MoveToOuter(first), MoveToOuter(second), MoveToOuter(third));

        public void MoveToOuter(params IDisposable[] disposables) => MoveToOuter((IEnumerable<IDisposable>)disposables);

        public void MoveToOuter(IEnumerable<IDisposable> disposables) => MoveToOther(OuterScope, disposables);

        public T MoveToOther<T>(DisposeScope scope, T disposable) where T : IDisposable
        {
            Move(disposable, scope);
            return disposable;
        }

        public (T1 first, T2 second) MoveToOther<T1, T2>(DisposeScope scope, T1 first, T2 second)
            where T1 : IDisposable where T2 : IDisposable =>
            (MoveToOther(scope, first), MoveToOther(scope, second));

        public (T1 first, T2 second, T3 third) MoveToOther<T1, T2, T3>(DisposeScope scope, T1 first, T2 second, T3 third)
            where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable =>
            (MoveToOther(scope, first), MoveToOther(scope, second), MoveToOther(scope, third));

        public void MoveToOther(DisposeScope scope, params IDisposable[] disposables) =>
            MoveToOther(scope, (IEnumerable<IDisposable>)disposables);

        public void MoveToOther(DisposeScope scope, IEnumerable<IDisposable> disposables)
        {
            foreach (var disposable in disposables)
                Move(disposable, scope);
        }

        public T Detach<T>(T disposable) where T : IDisposable
        {
            Move(disposable, null);
            return disposable;
        }

        public (T1 first, T2 second) Detach<T1, T2>(T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable =>
            (Detach(first), Detach(second));

        public (T1 first, T2 second, T3 third) Detach<T1, T2, T3>(T1 first, T2 second, T3 third)
            where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable =>
            (Detach(first), Detach(second), Detach(third));

        public void Detach(params IDisposable[] disposables) => Detach((IEnumerable<IDisposable>)disposables);

        public void Detach(IEnumerable<IDisposable> disposables) => MoveToOther(null, disposables);

        public void Attach(IDisposable disposable) => Adopt(disposable);

        public void Attach(params IDisposable[] disposables) => Attach((IEnumerable<IDisposable>)disposables);

        /// <summary>Takes ownership of objects, from whatever scope had it.</summary>
        public IReadOnlyList<IDisposable> Attach(IEnumerable<IDisposable> disposables)
        {
            var attached = disposables.ToList();
            attached.ForEach(Adopt);
            return attached;
        }

        public T DisposeEverythingBut<T>(T keep) where T : IDisposable
        {
            DisposeEverythingBut((IEnumerable<IDisposable>)[keep]);
            return keep;
        }

        public (T1 first, T2 second) DisposeEverythingBut<T1, T2>(T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable
        {
            DisposeEverythingBut((IEnumerable<IDisposable>)[first, second]);
            return (first, second);
        }

        public (T1 first, T2 second, T3 third) DisposeEverythingBut<T1, T2, T3>(T1 first, T2 second, T3 third)
            where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable
        {
            DisposeEverythingBut((IEnumerable<IDisposable>)[first, second, third]);
            return (first, second, third);
        }

        public void DisposeEverythingBut(params IDisposable[] keep) => DisposeEverythingBut((IEnumerable<IDisposable>)keep);

        /// <summary>Disposes of what the scope owns, save for <paramref name="inKeep"/>, which it goes on owning.</summary>
        public void DisposeEverythingBut(IEnumerable<IDisposable> inKeep)
        {
            var kept = inKeep.Where(x => x is not null && Remove(x)).ToList();
            DisposeEverything();
            kept.ForEach(Add);
        }

        public void DisposeEverything()
        {
            // From the end, since disposing of one object may take others out of the scope.
            while (owned.Count > 0)
            {
                var last = owned[^1];
                last.Dispose();
                MarkAsDisposed(last);
            }
        }

        /// <summary>Forgets an object that was disposed of elsewhere.</summary>
        public void MarkAsDisposed(IDisposable disposable)
        {
            if (!Remove(disposable))
                return;
            manager.StatisticsInstance.DisposedInScopeCount++;
            if (disposable is torch.Tensor tensor)
                tensor.OwningScope = null;
        }

        public void Dispose()
        {
            DisposeEverything();
            manager.Close(this);
        }

        void Move(IDisposable disposable, DisposeScope target)
        {
            if (disposable is null || target == this || !Remove(disposable))
                return;
            if (disposable is torch.Tensor tensor)
                tensor.OwningScope = target;
            if (target is null)
                manager.StatisticsInstance.DetachedFromScopeCount++;
            else
                target.Add(disposable);
        }

        void Adopt(IDisposable disposable)
        {
            if (disposable is null || Contains(disposable))
                return;
            if (disposable is torch.Tensor tensor)
            {
                tensor.OwningScope?.Remove(tensor);
                tensor.OwningScope = this;
            }
            Add(disposable);
        }

        bool Remove(IDisposable disposable)
        {
            int slot = SlotOf(disposable);
            if (slot < 0)
                return false;
            // The last one fills the gap.
            var last = owned[^1];
            owned[slot] = last;
            if (last is torch.Tensor moved)
                moved.ScopeSlot = slot;
            owned.RemoveAt(owned.Count - 1);
            return true;
        }

        int SlotOf(IDisposable disposable) => disposable is torch.Tensor tensor
            ? tensor.OwningScope == this ? tensor.ScopeSlot : -1
            : Search(disposable);

        // Apart, because its closure would be allocated for tensors too.
        int Search(IDisposable disposable) => owned.FindIndex(x => ReferenceEquals(x, disposable));
    }
}
