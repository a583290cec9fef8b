using Microsoft.ML;
using Microsoft.ML.Data;

// The one native library that the product needs of ML.NET draws its images.
using var image = MLImage.CreateFromPixels(1, 1, MLPixelFormat.Bgra32, new byte[4]);
new MLContext(seed: 1).Data.LoadFromEnumerable([new Row(1)]).GetRowCount();
Console.WriteLine("loads");

internal sealed record Row(float Value);
