"""What a run needs: params, inputs and the machine are checked before anything is computed."""
