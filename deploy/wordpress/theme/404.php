<?php get_header(); ?>
<h1>Not found</h1>
<p>There is nothing at this address. <a href="<?php echo esc_url( home_url( '/' ) ); ?>">To the front page</a></p>
<?php get_footer(); ?>
