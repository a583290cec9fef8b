// A second process without friend access to the library: it knows what a user's program knows.
//   predict MODEL ROWS COLUMN...   loads a model first thing, with nothing registered, and prints the digest of the columns
//   readme                         runs the README's samples in the current folder
using System.Runtime.CompilerServices;
using Microsoft.ML;
using MLNetWsss.Outsider;

return args switch
{
    ["predict", var model, var rows, .. var columns] => Predict(model, rows, columns),
    ["readme"] => Readme(),
    _ => Usage()
};

static int Predict(string path, string rows, string[] columns)
{
    var ml = new MLContext(seed: 1);
    var model = ml.Model.Load(path, out _);
    Console.WriteLine(Digest(ml, model, rows, columns));
    return 0;
}

// Apart, so that the library's assembly is not even loaded before ML.NET asks for it.
[MethodImpl(MethodImplOptions.NoInlining)]
static string Digest(MLContext ml, ITransformer model, string rows, string[] columns) =>
    RowDigest.Of(model.Transform(RowFile.Read(ml, rows)), columns);

[MethodImpl(MethodImplOptions.NoInlining)]
static int Readme()
{
    ReadmeSample.FromTagsToMasks();
    var ml = new MLContext(seed: 1);
    ReadmeSample.OnePhoto(ml, ml.Model.Load("segmenter.zip", out _));
    return 0;
}

static int Usage()
{
    Console.Error.WriteLine("usage: predict MODEL ROWS COLUMN... | readme");
    return 2;
}
