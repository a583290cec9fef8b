namespace TorchSharp
{
    /// <summary>The dispose scopes of one thread.</summary>
    public class DisposeScopeManager
    {
        [ThreadStatic] static DisposeScopeManager current;

        readonly List<DisposeScope> scopes = [];

        internal static DisposeScopeManager ThreadSingleton => current ??= new DisposeScopeManager();

        public static ThreadDisposeScopeStatistics Statistics => ThreadSingleton.StatisticsInstance;

        internal ThreadDisposeScopeStatistics StatisticsInstance { get; } = new();

        internal DisposeScope CurrentScope { get; private set; }

        internal DisposeScope Open()
        {
            var scope = new DisposeScope(this) { OuterScope = CurrentScope };
            scopes.Add(scope);
            return CurrentScope = scope;
        }

        internal void Close(DisposeScope scope)
        {
            int at = scopes.LastIndexOf(scope);
            if (at < 0)
                return;
            scopes.RemoveAt(at);
            // A scope that was opened inside this one and outlives it hands on to the next scope outwards.
            for (int i = at; i < scopes.Count; i++)
                if (scopes[i].OuterScope == scope)
                    scopes[i].OuterScope = scope.OuterScope;
            CurrentScope = scopes.Count > 0 ? scopes[^1] : null;
        }

        /// <summary>Puts a new object into the innermost scope; returns that scope, or null when there is none.</summary>
        internal DisposeScope Register(IDisposable disposable)
        {
            var scope = CurrentScope;
            if (scope is null)
            {
                StatisticsInstance.CreatedOutsideScopeCount++;
                return null;
            }
            StatisticsInstance.CreatedInScopeCount++;
            scope.Add(disposable);
            return scope;
        }
    }

    /// <summary>Counts of the disposable objects of one thread.</summary>
    public class ThreadDisposeScopeStatistics
    {
        /// <summary>Objects made while no scope was open.</summary>
        public long CreatedOutsideScopeCount { get; internal set; }

        /// <summary>Objects made inside a scope.</summary>
        public long CreatedInScopeCount { get; internal set; }

        /// <summary>Objects disposed while a scope owned them.</summary>
        public long DisposedInScopeCount { get; internal set; }

        /// <summary>Objects taken out of every scope and not disposed since.</summary>
        public long DetachedFromScopeCount { get; internal set; }

        internal long DisposedOutsideScopeCount { get; set; }

        /// <summary>Objects made less objects disposed.</summary>
        public long ThreadTotalLiveCount =>
            CreatedInScopeCount + CreatedOutsideScopeCount - DisposedInScopeCount - DisposedOutsideScopeCount;

        public void Reset()
        {
            CreatedOutsideScopeCount = 0;
            CreatedInScopeCount = 0;
            DisposedInScopeCount = 0;
            DetachedFromScopeCount = 0;
            DisposedOutsideScopeCount = 0;
        }
    }

    public static partial class torch
    {
        public static DisposeScope NewDisposeScope() => DisposeScopeManager.ThreadSingleton.Open();

        public static DisposeScope CurrentDisposeScope => DisposeScopeManager.ThreadSingleton.CurrentScope;

        /// <summary>Computes a tensor, disposing of everything that was made on the way.</summary>
        public static Tensor WrappedTensorDisposeScope(Func<Tensor> expr)
        {
            using var scope = NewDisposeScope();
            return expr().MoveToOuterDisposeScope();
        }
    }
}
