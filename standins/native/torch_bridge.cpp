// Flat C interface over libtorch for the TorchSharp stand-in.
//
// Every registered operator is reachable through one boxed call (ts_op_find, ts_op_call); only what the dispatcher
// does not offer has an entry point of its own. A tensor handle IS an owned at::TensorImpl*, a generator handle an
// owned at::Generator*. Entry points that can fail return 0 for success, else the message is in ts_last_error().
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/anomaly_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/autograd/saved_variable.h>
#include <torch/serialize.h>

#include <cstring>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

using at::Tensor;
using c10::IValue;
using c10::TensorImpl;
using c10::TypeKind;
using c10::UndefinedTensorImpl;

#define API extern "C" __attribute__((visibility("default")))

namespace {

// What a Value holds. The order is shared with Native/Value.cs.
enum Tag : int32_t {
  kNone, kTensor, kInt, kDouble, kBool, kInts, kDoubles, kBools, kTensors, kOptionalTensors, kString, kDevice, kGenerator,
  kComplex
};

// One argument or result: 16 bytes, laid out alike on both sides.
struct Value {
  int32_t tag;
  int32_t len;
  union { int64_t i; double d; void* p; };
};
static_assert(sizeof(Value) == 16, "both sides of the bridge count on this size");

// A registered operator with what the conversion of its arguments needs, looked up once.
struct Operator {
  c10::OperatorHandle handle;
  const c10::FunctionSchema* schema;
  std::vector<TypeKind> kinds;   // element kind for lists, wrapped kind for optionals
  std::vector<char> optional;
};

thread_local std::string last_error;
// Results of the last call that did not fit into the caller's buffer (chunk, split, meshgrid with many parts).
thread_local std::vector<Value> overflow;

template <class F> int guard(F&& body) noexcept {
  try { body(); return 0; }
  catch (const c10::Error& e) { last_error = e.what_without_backtrace(); return 1; }
  catch (const std::exception& e) { last_error = e.what(); return 2; }
  catch (...) { last_error = "unknown native exception"; return 3; }
}

// A tensor with one reference more on a handle that the caller keeps owning.
inline Tensor borrow(void* handle) {
  if (!handle) return Tensor();
  return Tensor(c10::intrusive_ptr<TensorImpl, UndefinedTensorImpl>::reclaim_copy(static_cast<TensorImpl*>(handle)));
}

// Hands the reference over to the caller.
inline void* give(Tensor t) { return t.defined() ? static_cast<void*>(t.unsafeReleaseTensorImpl()) : nullptr; }

std::vector<Tensor> borrow_all(void* const* handles, int n) {
  std::vector<Tensor> tensors;
  tensors.reserve(n);
  for (int j = 0; j < n; ++j) tensors.push_back(borrow(handles[j]));
  return tensors;
}

template <class T, class Get> IValue list_of(int n, Get get) {
  c10::List<T> list;
  list.reserve(n);
  for (int j = 0; j < n; ++j) list.push_back(get(j));
  return IValue(std::move(list));
}

IValue to_ivalue(const Value& v, TypeKind kind, bool optional) {
  switch (v.tag) {
    case kNone: return kind == TypeKind::TensorType && !optional ? IValue(Tensor()) : IValue();
    case kTensor: return IValue(borrow(v.p));
    case kInt: return kind == TypeKind::FloatType ? IValue(static_cast<double>(v.i)) : IValue(v.i);
    case kDouble: return IValue(v.d);
    case kBool: return IValue(v.i != 0);
    case kInts: {
      auto ints = static_cast<const int64_t*>(v.p);
      if (kind == TypeKind::FloatType) return list_of<double>(v.len, [=](int j) { return static_cast<double>(ints[j]); });
      return list_of<int64_t>(v.len, [=](int j) { return ints[j]; });
    }
    case kDoubles: {
      auto doubles = static_cast<const double*>(v.p);
      if (kind == TypeKind::NumberType) return list_of<at::Scalar>(v.len, [=](int j) { return at::Scalar(doubles[j]); });
      return list_of<double>(v.len, [=](int j) { return doubles[j]; });
    }
    case kBools: {
      auto bools = static_cast<const int64_t*>(v.p);
      return list_of<bool>(v.len, [=](int j) { return bools[j] != 0; });
    }
    case kTensors: {
      auto handles = static_cast<void* const*>(v.p);
      return list_of<Tensor>(v.len, [=](int j) { return borrow(handles[j]); });
    }
    case kOptionalTensors: {
      auto handles = static_cast<void* const*>(v.p);
      return list_of<c10::optional<Tensor>>(v.len, [=](int j) {
        return handles[j] ? c10::optional<Tensor>(borrow(handles[j])) : c10::nullopt; });
    }
    case kString: return IValue(std::string(static_cast<const char*>(v.p), v.len));
    case kDevice: return IValue(c10::Device(static_cast<c10::DeviceType>(v.len), static_cast<c10::DeviceIndex>(v.i)));
    case kGenerator: return IValue(*static_cast<at::Generator*>(v.p));
    case kComplex: {
      auto parts = static_cast<const double*>(v.p);
      return IValue(c10::complex<double>(parts[0], parts[1]));
    }
  }
  TORCH_CHECK(false, "bad argument tag ", v.tag);
}

// Takes results apart into Values, first into the caller's buffer, then into the thread's overflow.
struct Results {
  Value* out;
  int capacity;
  int count = 0;

  void put(Value v) {
    if (count < capacity) out[count] = v; else overflow.push_back(v);
    ++count;
  }
  void put(Tensor t) { Value v{kTensor, 0, {0}}; v.p = give(std::move(t)); put(v); }
  void put(IValue&& r) {
    if (r.isTensor()) put(std::move(r).toTensor());
    else if (r.isTensorList()) for (auto& t : r.toTensorVector()) put(t);
    else if (r.isInt()) { Value v{kInt, 0, {0}}; v.i = r.toInt(); put(v); }
    else if (r.isDouble()) { Value v{kDouble, 0, {0}}; v.d = r.toDouble(); put(v); }
    else if (r.isBool()) { Value v{kBool, 0, {0}}; v.i = r.toBool(); put(v); }
    else if (r.isNone()) put(Value{kNone, 0, {0}});
    else TORCH_CHECK(false, "unsupported result type ", r.tagKind());
  }
};

// Managed callbacks of a custom autograd function; `context` is a handle that `release` frees.
using BackwardCallback = int (*)(void* context, void* const* grads, int n_grads, void* const* saved, int n_saved,
                                 void** results, int n_results);
using ReleaseCallback = void (*)(void* context);

// A node of the autograd graph whose backward is managed code.
struct ManagedFunction final : torch::autograd::Node {
  std::string label;
  void* context = nullptr;
  BackwardCallback backward = nullptr;
  ReleaseCallback release = nullptr;
  bool materialize = true;
  bool freed = false;
  std::vector<torch::autograd::SavedVariable> saved;
  std::vector<Tensor> output_likes;   // shape, type and device of each output, to make the zeros of an absent gradient
  std::vector<char> input_is_variable;

  ~ManagedFunction() override { if (context && release) release(context); }

  std::string name() const override { return label; }

  void release_variables() override {
    for (auto& s : saved) s.reset_data();
    freed = true;
  }

  torch::autograd::variable_list apply(torch::autograd::variable_list&& grads) override {
    TORCH_CHECK(!freed || saved.empty(), torch::autograd::ERR_BACKWARD_TWICE);
    if (materialize)
      for (size_t j = 0; j < grads.size() && j < output_likes.size(); ++j)
        if (!grads[j].defined()) grads[j] = output_likes[j].new_zeros(output_likes[j].sizes());

    std::vector<Tensor> unpacked;
    for (auto& s : saved) unpacked.push_back(s.unpack(shared_from_this()));
    std::vector<void*> grad_handles, saved_handles;
    // The callback owns the handles that it is given.
    for (auto& g : grads) grad_handles.push_back(give(g));
    for (auto& s : unpacked) saved_handles.push_back(give(s));
    std::vector<void*> results(input_is_variable.size(), nullptr);
    int failed = backward(context, grad_handles.data(), grad_handles.size(), saved_handles.data(), saved_handles.size(),
                          results.data(), results.size());
    torch::autograd::variable_list out;
    for (size_t j = 0; j < results.size(); ++j) {
      Tensor g = borrow(results[j]);
      if (results[j]) c10::raw::intrusive_ptr::decref(static_cast<TensorImpl*>(results[j]));
      if (input_is_variable[j]) out.push_back(std::move(g));
    }
    if (failed) throw std::runtime_error(last_error);
    return out;
  }
};

}  // namespace

API const char* ts_last_error() { return last_error.c_str(); }
API void ts_set_last_error(const char* message) { last_error = message; }

// ---- operators ------------------------------------------------------------------------------------------------------

API int ts_op_find(const char* name, const char* overload, void** op) {
  return guard([&] {
    auto handle = c10::Dispatcher::singleton().findSchemaOrThrow(name, overload);
    auto found = std::make_unique<Operator>(Operator{handle, &handle.schema(), {}, {}});
    for (auto& argument : found->schema->arguments()) {
      auto type = argument.type();
      bool optional = type->kind() == TypeKind::OptionalType;
      if (optional) type = type->castRaw<c10::OptionalType>()->getElementType();
      if (type->kind() == TypeKind::ListType) type = type->castRaw<c10::ListType>()->getElementType();
      found->kinds.push_back(type->kind());
      found->optional.push_back(optional);
    }
    *op = found.release();   // operators live as long as the process
  });
}

// Arguments that are left out at the end take the schema's defaults.
API int ts_op_call(void* op_, const Value* args, int n, Value* out, int capacity, int* n_out) {
  return guard([&] {
    auto& op = *static_cast<Operator*>(op_);
    int total = static_cast<int>(op.kinds.size());
    TORCH_CHECK(n <= total, op.schema->name(), " takes at most ", total, " arguments but got ", n);
    torch::jit::Stack stack;
    stack.reserve(total);
    for (int j = 0; j < n; ++j) stack.push_back(to_ivalue(args[j], op.kinds[j], op.optional[j]));
    for (int j = n; j < total; ++j) {
      auto& fallback = op.schema->arguments()[j].default_value();
      TORCH_CHECK(fallback.has_value(), op.schema->name(), ": missing argument ", op.schema->arguments()[j].name());
      stack.push_back(*fallback);
    }
    op.handle.callBoxed(&stack);
    overflow.clear();
    Results results{out, capacity};
    for (auto& r : stack) results.put(std::move(r));
    *n_out = results.count;
  });
}

// Copies the results that did not fit; `out` has room for the count that ts_op_call told, less its capacity.
API void ts_take_overflow(Value* out) {
  if (!overflow.empty()) std::memcpy(out, overflow.data(), overflow.size() * sizeof(Value));
  overflow.clear();
}

// Lists every registered schema, one a line, into memory that ts_free frees.
API char* ts_schemas() {
  std::string all;
  for (auto& name : c10::Dispatcher::singleton().getAllOpNames()) {
    auto op = c10::Dispatcher::singleton().findSchema(name);
    if (op) all += toString(op->schema()) + "\n";
  }
  return strdup(all.c_str());
}
API void ts_free(void* memory) { free(memory); }

// ---- tensors --------------------------------------------------------------------------------------------------------
// The first group neither throws nor blocks: the managed side calls it without a GC transition.

API int64_t ts_ndim(void* h) { return static_cast<TensorImpl*>(h)->dim(); }
API int64_t ts_numel(void* h) { return static_cast<TensorImpl*>(h)->numel(); }
API int ts_dtype(void* h) { return static_cast<int>(c10::typeMetaToScalarType(static_cast<TensorImpl*>(h)->dtype())); }
API int64_t ts_itemsize(void* h) { return static_cast<TensorImpl*>(h)->itemsize(); }
API int ts_device_type(void* h) { return static_cast<int>(static_cast<TensorImpl*>(h)->device().type()); }
API int ts_device_index(void* h) { return static_cast<int>(static_cast<TensorImpl*>(h)->device().index()); }
API int ts_requires_grad(void* h) { return static_cast<TensorImpl*>(h)->requires_grad(); }
API int ts_is_contiguous(void* h) { return static_cast<TensorImpl*>(h)->is_contiguous(); }
API int ts_is_sparse(void* h) { return static_cast<TensorImpl*>(h)->is_sparse(); }
API int64_t ts_storage_offset(void* h) { return static_cast<TensorImpl*>(h)->storage_offset(); }
API void ts_sizes(void* h, int64_t* out) {
  auto s = static_cast<TensorImpl*>(h)->sizes();
  std::memcpy(out, s.data(), s.size() * sizeof(int64_t));
}
API void ts_strides(void* h, int64_t* out) {
  auto s = static_cast<TensorImpl*>(h)->strides();
  std::memcpy(out, s.data(), s.size() * sizeof(int64_t));
}

API void ts_release(void* h) { if (h) c10::raw::intrusive_ptr::decref(static_cast<TensorImpl*>(h)); }
API void* ts_retain(void* h) { c10::raw::intrusive_ptr::incref(static_cast<TensorImpl*>(h)); return h; }
API int ts_data(void* h, void** data) { return guard([&] { *data = borrow(h).data_ptr(); }); }
API int ts_storage_bytes(void* h, void** data, int64_t* bytes) {
  return guard([&] { auto t = borrow(h); *data = t.storage().data(); *bytes = t.storage().nbytes(); });
}
API int ts_is_leaf(void* h, int* leaf) { return guard([&] { *leaf = borrow(h).is_leaf(); }); }
API int ts_set_data(void* h, void* data) { return guard([&] { borrow(h).set_data(borrow(data)); }); }

// Copies `data` into a new tensor.
API int ts_from_data(const void* data, const int64_t* sizes, int n, int dtype, void** out) {
  return guard([&] {
    auto options = at::TensorOptions(static_cast<at::ScalarType>(dtype));
    auto t = at::empty({sizes, static_cast<size_t>(n)}, options);
    if (t.nbytes() > 0) std::memcpy(t.data_ptr(), data, t.nbytes());
    *out = give(std::move(t));
  });
}

// A tensor over memory that stays the caller's until `release(context)` is called.
API int ts_from_memory(void* data, const int64_t* sizes, int n, int dtype, void* context, ReleaseCallback release, void** out) {
  return guard([&] {
    auto options = at::TensorOptions(static_cast<at::ScalarType>(dtype));
    *out = give(at::from_blob(data, {sizes, static_cast<size_t>(n)}, [=](void*) { release(context); }, options));
  });
}

API int ts_save(void* h, const char* path) { return guard([&] { torch::save(borrow(h), std::string(path)); }); }
API int ts_load(const char* path, void** out) {
  return guard([&] { Tensor t; torch::load(t, std::string(path)); *out = give(std::move(t)); });
}

API int ts_promote_types(int a, int b) {
  return static_cast<int>(c10::promoteTypes(static_cast<at::ScalarType>(a), static_cast<at::ScalarType>(b)));
}
API int ts_set_default_dtype(int dtype) {
  return guard([&] { c10::set_default_dtype(c10::scalarTypeToTypeMeta(static_cast<at::ScalarType>(dtype))); });
}
API int ts_can_cast(int from, int to) {
  return c10::canCast(static_cast<at::ScalarType>(from), static_cast<at::ScalarType>(to));
}

// ---- autograd -------------------------------------------------------------------------------------------------------

API int ts_set_requires_grad(void* h, int v) { return guard([&] { borrow(h).set_requires_grad(v != 0); }); }
API int ts_grad(void* h, void** grad) { return guard([&] { *grad = give(borrow(h).grad()); }); }
API int ts_set_grad(void* h, void* grad) { return guard([&] { borrow(h).mutable_grad() = borrow(grad); }); }

// `grads` may hold null handles; with no inputs the gradients of all leaves are accumulated.
API int ts_backward(void* const* roots, int n, void* const* grads, int n_grads, int retain, int create,
                    void* const* inputs, int n_inputs) {
  return guard([&] {
    torch::autograd::backward(borrow_all(roots, n), borrow_all(grads, n_grads), retain != 0, create != 0,
                              borrow_all(inputs, n_inputs));
  });
}

API int ts_autograd_grad(void* const* outputs, int n, void* const* inputs, int n_inputs, void* const* grads, int n_grads,
                         int retain, int create, int allow_unused, void** out) {
  return guard([&] {
    auto results = torch::autograd::grad(borrow_all(outputs, n), borrow_all(inputs, n_inputs), borrow_all(grads, n_grads),
                                         retain != 0, create != 0, allow_unused != 0);
    for (size_t j = 0; j < results.size(); ++j) out[j] = give(results[j]);
  });
}

API int ts_grad_enabled() { return c10::GradMode::is_enabled(); }
API void ts_set_grad_enabled(int v) { c10::GradMode::set_enabled(v != 0); }
API void* ts_inference_begin(int v) { return new c10::InferenceMode(v != 0); }
API void ts_inference_end(void* mode) { delete static_cast<c10::InferenceMode*>(mode); }
API int ts_inference_enabled() { return c10::InferenceMode::is_enabled(); }
API void ts_set_anomaly(int enabled, int check_nan) { torch::autograd::AnomalyMode::set_enabled(enabled != 0, check_nan != 0); }
API int ts_anomaly_enabled() { return torch::autograd::AnomalyMode::is_enabled(); }
API int ts_anomaly_check_nan() { return torch::autograd::AnomalyMode::should_check_nan(); }

// Ties `outputs`, which managed code computed from `inputs` without gradient tracking, into the graph. Inputs may hold
// null handles for arguments that are no tensors. The wrapped outputs replace the handles in `wrapped`.
// `context` is owned by the node from here on, even when this call fails or no node is needed.
API int ts_custom_function(const char* label, void* const* inputs, int n_inputs, void* const* outputs, int n_outputs,
                           void* const* saved, int n_saved, void* const* dirty, int n_dirty,
                           void* const* constant, int n_constant, int materialize,
                           void* context, BackwardCallback backward, ReleaseCallback release, void** wrapped) {
  return guard([&] {
    // The engine drops nodes through this deleter without recursion on deep graphs.
    std::shared_ptr<ManagedFunction> node(new ManagedFunction(), torch::autograd::deleteNode);
    node->context = context;
    node->release = release;
    node->backward = backward;
    node->label = label;
    node->materialize = materialize != 0;

    torch::autograd::variable_list variables;
    for (int j = 0; j < n_inputs; ++j) {
      node->input_is_variable.push_back(inputs[j] != nullptr);
      if (inputs[j]) variables.push_back(borrow(inputs[j]));
    }
    bool tracked = c10::GradMode::is_enabled() && torch::autograd::any_variable_requires_grad(variables);
    if (tracked) node->set_next_edges(torch::autograd::collect_next_edges(variables));
    node->clear_input_metadata();

    std::unordered_set<TensorImpl*> dirty_set, constant_set;
    for (int j = 0; j < n_dirty; ++j) {
      auto impl = static_cast<TensorImpl*>(dirty[j]);
      if (!impl->is_inference()) impl->bump_version();
      dirty_set.insert(impl);
    }
    for (int j = 0; j < n_constant; ++j) constant_set.insert(static_cast<TensorImpl*>(constant[j]));

    std::vector<c10::optional<Tensor>> raw;
    for (auto& t : borrow_all(outputs, n_outputs)) raw.emplace_back(std::move(t));
    torch::autograd::_jvp_fn_t no_forward_mode = [](torch::autograd::variable_list, torch::autograd::variable_list)
        -> torch::autograd::variable_list {
      TORCH_CHECK(false, "forward-mode differentiation is not supported by custom functions");
    };
    auto results = torch::autograd::_wrap_outputs(variables, constant_set, dirty_set, raw,
                                                  tracked ? std::static_pointer_cast<torch::autograd::Node>(node) : nullptr,
                                                  no_forward_mode);
    if (tracked) {
      for (auto& r : results) {
        Tensor like = at::empty({}, r->options()).expand(r->sizes());
        node->output_likes.push_back(like);
      }
      for (int j = 0; j < n_saved; ++j) {
        Tensor t = borrow(saved[j]);
        // An output that is saved must be marked as such, or it would hold its own node alive.
        for (int k = 0; k < n_outputs; ++k)
          if (outputs[k] == saved[j]) t = *results[k];
        bool is_output = t.defined() && t.grad_fn().get() == node.get();
        node->saved.emplace_back(t, is_output);
      }
    }
    for (int j = 0; j < n_outputs; ++j) wrapped[j] = give(*results[j]);
  });
}

// ---- random numbers, threads ----------------------------------------------------------------------------------------

API void* ts_generator_new(int64_t seed) { return new at::Generator(at::make_generator<at::CPUGeneratorImpl>(seed)); }
API void* ts_generator_default() { return new at::Generator(at::globalContext().defaultGenerator(at::kCPU)); }
API void ts_generator_delete(void* g) { delete static_cast<at::Generator*>(g); }
API void ts_generator_set_seed(void* g_, int64_t seed) {
  auto& g = *static_cast<at::Generator*>(g_);
  std::lock_guard<std::mutex> lock(g.mutex());
  g.set_current_seed(seed);
}
API int64_t ts_generator_seed(void* g_) {
  auto& g = *static_cast<at::Generator*>(g_);
  std::lock_guard<std::mutex> lock(g.mutex());
  return g.seed();
}
API int64_t ts_generator_initial_seed(void* g) { return static_cast<at::Generator*>(g)->current_seed(); }
API int ts_generator_get_state(void* g_, void** state) {
  return guard([&] {
    auto& g = *static_cast<at::Generator*>(g_);
    std::lock_guard<std::mutex> lock(g.mutex());
    *state = give(g.get_state());
  });
}
API int ts_generator_set_state(void* g_, void* state) {
  return guard([&] {
    auto& g = *static_cast<at::Generator*>(g_);
    std::lock_guard<std::mutex> lock(g.mutex());
    g.set_state(borrow(state));
  });
}
API void ts_manual_seed(int64_t seed) { at::manual_seed(seed); }
API void ts_set_num_threads(int n) { at::set_num_threads(n); }
API int ts_get_num_threads() { return at::get_num_threads(); }
API int ts_set_num_interop_threads(int n) { return guard([&] { at::set_num_interop_threads(n); }); }
API int ts_get_num_interop_threads() { return at::get_num_interop_threads(); }
API void ts_set_deterministic(int enabled, int warn_only) {
  at::globalContext().setDeterministicAlgorithms(enabled != 0, warn_only != 0);
}
API int ts_deterministic() { return at::globalContext().deterministicAlgorithms(); }
API int ts_deterministic_warn_only() { return at::globalContext().deterministicAlgorithmsWarnOnly(); }
