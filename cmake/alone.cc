// The program of every library that is linked alone (library.cmake).
int main() {}
