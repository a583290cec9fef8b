using System.Reflection;

namespace Standins.Tests.Surface
{
    public sealed class PublicSurfaceTests
    {
        private static readonly string[] Lines = [.. PublicSurface.Of(Assembly.GetExecutingAssembly())
            .Where(line => line.Contains("SurfaceSamples."))];

        // Written down by hand from the line format: what the comparison with the real lists stands on.
        [Theory]
        [InlineData("T abstract class SurfaceSamples.Shape<T> : System.IDisposable where T : class, new()")]
        [InlineData("T readonly struct SurfaceSamples.Point")]
        [InlineData("T ref struct SurfaceSamples.Window")]
        [InlineData("T enum SurfaceSamples.Side : byte")]
        [InlineData("T static class SurfaceSamples.Tools")]
        [InlineData("T interface SurfaceSamples.IMapping<in TFrom, out TTo>")]
        [InlineData("T delegate SurfaceSamples.Fetch<T>(ref T value) -> void where T : struct")]
        [InlineData("T class SurfaceSamples.Shape<T>.Part<TPart> where T : class, new()")]
        [InlineData("M SurfaceSamples.Side::Left = 1")]
        [InlineData("M SurfaceSamples.Shape<T>::protected .ctor(string name = \"a\\\"b\")")]
        [InlineData("M SurfaceSamples.Shape<T>::abstract double Area(in int[] sizes, out float? scale)")]
        [InlineData("M SurfaceSamples.Shape<T>::protected virtual void Draw("
            + "SurfaceSamples.Side side = (SurfaceSamples.Side)1, System.TimeSpan wait = default)")]
        [InlineData("M SurfaceSamples.Shape<T>::string Name { get; protected set; }")]
        [InlineData("M SurfaceSamples.Shape<T>::int Order { get; init; }")]
        [InlineData("M SurfaceSamples.Shape<T>::T this[int index, char key = 'k'] { get; }")]
        [InlineData("M SurfaceSamples.Shape<T>::event System.EventHandler Moved")]
        [InlineData("M SurfaceSamples.Shape<T>::void Dispose()")]
        [InlineData("M SurfaceSamples.Shape<T>::protected readonly long serial")]
        [InlineData("M SurfaceSamples.Shape<T>::const double Ratio = 1.5")]
        [InlineData("M SurfaceSamples.Tools::static U Convert<T, U>(this T source, params object[] rest) "
            + "where T : System.IComparable<T> where U : struct")]
        public void A_line_is_written_in_the_lists_format(string line) => Assert.Contains(line, Lines);

        [Theory]
        [InlineData("Hidden")]
        [InlineData("secret")]
        [InlineData("add_Moved")]
        public void What_other_assemblies_cannot_see_is_left_out(string name) => Assert.DoesNotContain(Lines, line => line.Contains(name));
    }
}

namespace SurfaceSamples
{
    public abstract class Shape<T> : IDisposable
        where T : class, new()
    {
        public const double Ratio = 1.5;
        protected readonly long serial;
        private readonly int _secret = 1;

        protected Shape(string name = "a\"b")
        {
            Name = name;
            serial = _secret;
            Moved?.Invoke(this, EventArgs.Empty);
        }

        public event EventHandler Moved;

        public string Name { get; protected set; }

        public int Order { get; init; }

        internal int HiddenCount { get; set; }

        public T this[int index, char key = 'k'] => new();

        public abstract double Area(in int[] sizes, out float? scale);

        protected virtual void Draw(Side side = Side.Left, TimeSpan wait = default)
        {
        }

        private protected void HiddenDraw()
        {
        }

        public void Dispose() => GC.SuppressFinalize(this);

        public class Part<TPart>
        {
        }

        internal class HiddenPart
        {
        }
    }

    public readonly struct Point
    {
    }

    public ref struct Window
    {
    }

    public enum Side : byte
    {
        Left = 1,
    }

    public interface IMapping<in TFrom, out TTo>
    {
        TTo Map(TFrom from);
    }

    public delegate void Fetch<T>(ref T value)
        where T : struct;

    public static class Tools
    {
        public static U Convert<T, U>(this T source, params object[] rest)
            where T : IComparable<T>
            where U : struct => default;
    }

    internal sealed class HiddenType
    {
    }
}
