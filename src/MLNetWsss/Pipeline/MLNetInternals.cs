// The only file that reaches past ML.NET's public surface; every member below has kept its name and shape since 1.7.
extern alias mlcore;

using System.IO.Compression;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNetWsss.Pipeline;

[assembly: mlcore::Microsoft.ML.LoadableClass(typeof(StageTransformer), null, typeof(mlcore::Microsoft.ML.SignatureLoadModel),
    "A stage of weakly supervised segmentation", StageTransformer.LoaderSignature)]
// Without this the runtime silently skips the attribute above, because its class is internal to ML.NET.
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Core")]

namespace System.Runtime.CompilerServices
{
    [AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
    internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
    {
        public string AssemblyName { get; } = assemblyName;
    }
}

namespace MLNetWsss.Pipeline
{
    internal static class MLNetInternals
    {
        private const string HostEnvironment = "Microsoft.ML.Runtime.IHostEnvironmentInternal, Microsoft.ML.Core";
        private const string LoadContext = "Microsoft.ML.ModelLoadContext, Microsoft.ML.Core";
        private const string ModelSignature = "MLNTWSSS"; // exactly 8 characters, as ML.NET's header asks
        private const uint Version = 0x00010001;

        // ---- schema shapes
        [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
        internal static extern SchemaShape.Column NewShapeColumn(
            string name, SchemaShape.Column.VectorKind kind, DataViewType itemType, bool isKey, SchemaShape? annotations);

        internal static SchemaShape ShapeOf(DataViewSchema schema) => CreateShape(null, schema);

        [UnsafeAccessor(UnsafeAccessorKind.StaticMethod, Name = "Create")]
        private static extern SchemaShape CreateShape(SchemaShape? type, DataViewSchema schema);

        // ---- the environment behind a catalog, and what the caller set on the MLContext
        [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "Microsoft.ML.Data.IInternalCatalog.get_Environment")]
        internal static extern IHostEnvironment EnvironmentOf(TransformsCatalog catalog);

        [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "Microsoft.ML.Data.IInternalCatalog.get_Environment")]
        internal static extern IHostEnvironment EnvironmentOf(DataOperationsCatalog catalog);

        [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_GpuDeviceId")]
        internal static extern int? GpuDeviceId([UnsafeAccessorType(HostEnvironment)] object environment);

        [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_FallbackToCpu")]
        internal static extern bool FallbackToCpu([UnsafeAccessorType(HostEnvironment)] object environment);

        [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Seed")]
        internal static extern int? Seed([UnsafeAccessorType(HostEnvironment)] object environment);

        [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_TempFilePath")]
        internal static extern string? TempFilePath([UnsafeAccessorType(HostEnvironment)] object environment);

        // ---- saving: one header and one binary stream a stage
        internal static void SaveStage(ModelSaveContext context, Action<BinaryWriter> write)
        {
            CheckAtModel(context);
            SetVersionInfo.Invoke(context, BindingFlags.DoNotWrapExceptions, null, [NewVersionInfo()], null);
            SaveBinaryStream(context, "Stage", write);
        }

        [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "CheckAtModel")]
        private static extern void CheckAtModel(ModelSaveContext context);

        [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "SaveBinaryStream")]
        private static extern void SaveBinaryStream(ModelSaveContext context, string name, Action<BinaryWriter> write);

        // ---- loading
        internal static bool TryLoadStage(object context, Action<BinaryReader> read)
        {
            CheckLoadedModel.Invoke(context, BindingFlags.DoNotWrapExceptions, null, [NewVersionInfo()], null);
            return TryLoadBinaryStream(context, "Stage", read);
        }

        /// <summary>The zip that a model is being loaded from; null where ML.NET keeps it elsewhere, which leaves it unchecked.</summary>
        internal static ZipArchive? ArchiveOf(object context)
        {
            const BindingFlags Fields = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
            object? repository = context.GetType().GetField("Repository", Fields)?.GetValue(context);
            return repository?.GetType().GetField("_archive", Fields)?.GetValue(repository) as ZipArchive;
        }

        [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "TryLoadBinaryStream")]
        private static extern bool TryLoadBinaryStream([UnsafeAccessorType(LoadContext)] object context, string name, Action<BinaryReader> read);

        // ---- VersionInfo is an internal struct, which UnsafeAccessor cannot name as a parameter: plain reflection, looked up once
        private static readonly Assembly Core = typeof(ModelSaveContext).Assembly;
        private static readonly Type VersionInfo = Core.GetType("Microsoft.ML.VersionInfo", throwOnError: true)!;

        private static readonly MethodInfo SetVersionInfo = typeof(ModelSaveContext).GetMethod(
            "SetVersionInfo", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)!;

        private static readonly MethodInfo CheckLoadedModel = Core.GetType("Microsoft.ML.ModelLoadContext", throwOnError: true)!
            .GetMethod("CheckAtModel", [VersionInfo])!;

        private static object NewVersionInfo() => Activator.CreateInstance(VersionInfo, ModelSignature, Version, Version, Version,
            typeof(StageTransformer).Assembly.FullName, StageTransformer.LoaderSignature, null)!;
    }
}
