using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>A catalog, seen by the components that extend it.</summary>
internal interface IInternalCatalog
{
    IHostEnvironment Environment { get; }
}
